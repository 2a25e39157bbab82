"""Zones of a camera as evidence asks for them: who may be there now, and how long stays usually are."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import RowMapping

from homesec.analyse.facts import Rows
from homesec.domain.scene_facts import Zone
from homesec.domain.schedules import Schedule, allows

_NEARLY_ALL = 2.0  # standard deviations above the mean


def zones(rows: Rows, local: datetime) -> Iterator[Zone]:
    for row in rows:
        usual = None
        if row["dwell_mean"] is not None and row["dwell_std"] is not None:
            usual = row["dwell_mean"] + _NEARLY_ALL * row["dwell_std"]
        yield Zone(row["name"], row["zone_type"], _allowed(row, local), row["loiter_seconds"], usual)


def _allowed(row: RowMapping, local: datetime) -> frozenset[str] | None:
    """Ids of the members who may be there at this time; None where the owner named nobody."""
    if row["config_id"] is None:
        return None
    named = {*row["allowed_member_ids"], *([row["owner_id"]] if row["owner_id"] is not None else [])}
    schedules = row["access_schedules"]
    if not named and not schedules:
        return None
    for one in schedules:
        if allows(Schedule.parse(one["cron"]), local):
            named.update(one["member_ids"])
    return frozenset(str(member) for member in named)
