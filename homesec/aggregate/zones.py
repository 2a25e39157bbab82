"""The enabled zones of cameras, as their pictures are judged by them."""

import logging
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.domain.geometry import points
from homesec.domain.zones import Zone
from homesec.errors import InvalidInput

_ENABLED = text(
    """
    SELECT id, camera_id, name, zone_type, shape, coordinates, direction, priority, target_classes, loiter_seconds
    FROM camera_zones WHERE camera_id = ANY(:cameras) AND enabled ORDER BY id
    """
)

log = logging.getLogger(__name__)


async def enabled_zones(connection: AsyncConnection, cameras: Iterable[str]) -> dict[str, list[Zone]]:
    """By camera. A zone that cannot be read, as only a foreign hand can have written it, is passed over and logged."""
    found: defaultdict[str, list[Zone]] = defaultdict(list)
    for row in (await connection.execute(_ENABLED, {"cameras": list(cameras)})).mappings():
        classes = row["target_classes"]
        try:
            shape = points(row["shape"], row["coordinates"])
        except InvalidInput as error:
            log.warning("a zone cannot be read", extra={"zone_id": row["id"], "reason": str(error)})
            continue
        zone = Zone(
            row["id"], row["name"], row["zone_type"], shape, row["direction"], row["priority"],
            None if classes is None else frozenset(classes), row["loiter_seconds"],
        )  # fmt: skip
        found[row["camera_id"]].append(zone)
    return found
