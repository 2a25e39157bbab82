"""The scene check without Ray: views of pictures, in event time, against what their camera usually sees.

It keeps nothing between two rounds: references and changes are rows, and a view is gone in the transaction that holds
what it said, so a restart continues where the last commit ended.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, cast

import numpy as np
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from homesec.domain.scenes import Change, is_accepted, taken
from homesec.domain.views import HEIGHT, WIDTH, Light, Reference, View
from homesec.errors import Conflict, HomesecError
from homesec.media.pictures import decode_near, thumbnail
from homesec.media.storage import Storage, UploadFile
from homesec.settings import UploadSettings
from homesec.store.queries import reading, scenes
from homesec.store.writes.scenes import Began, Ended, SaveScene, Shown
from homesec.store.writes.unit import Unit

ROUND = 500  # views in one round: bounds memory and the length of a commit
POLL_S = 2.0
SHOWN_PX = 960  # longest side of the pictures of before and after

log = logging.getLogger(__name__)


class SceneCheck:
    """Takes rounds. Pictures of changes are kept in the media folder, beside whatever becomes of their uploads."""

    def __init__(
        self,
        engine: AsyncEngine,
        write: Callable[[Unit], Awaitable[Any]],
        storage: Storage,
        uploads: UploadSettings,
    ) -> None:
        self._engine, self._write, self._storage, self._uploads = engine, write, storage, uploads
        self.views = self.changes = 0

    async def round(self) -> float:
        """Take the views that wait. Gives the seconds to wait before the next round.

        Raises Unavailable while PostgreSQL or the writer is away.
        """
        async with reading(self._engine) as connection:
            waiting = await scenes.waiting_views(connection, ROUND)
            of_camera: defaultdict[str, list[RowMapping]] = defaultdict(list)
            for row in waiting:
                of_camera[row["camera_id"]].append(row)
            units = [await self._taken(connection, camera_id, rows) for camera_id, rows in of_camera.items()]
        for unit in units:
            try:
                await self._write(unit)
            except Conflict:
                return 0.0  # somebody else took some of them: look again
            self.views += len(unit.views)
        return 0.0 if len(waiting) == ROUND else POLL_S

    async def _taken(self, connection: AsyncConnection, camera_id: str, rows: Sequence[RowMapping]) -> SaveScene:
        known: dict[Light, Reference] = {
            row["light"]: Reference.from_json(bytes(row["data"]), row["state"])
            for row in await scenes.references(connection, camera_id)
        }
        lasting = await scenes.lasting(connection, camera_id)
        since, acknowledged = (None, False) if lasting is None else (lasting["detected_at"], lasting["acknowledged"])
        keys = [(row["upload_id"], row["frame_no"]) for row in rows]
        boxes = {(row["upload_id"], row["frame_no"]): row["boxes"] for row in await scenes.boxes(connection, keys)}
        steps: list[Began | Ended] = []
        for key, row in zip(keys, rows, strict=True):
            view = _view(row, boxes.get(key, []))
            if since is not None and is_accepted(since, acknowledged, view.at):
                known, since = {}, None
                steps.append(Ended(view.at))
            found = taken(known, view, since is not None)
            if found.reference is not None:
                known[found.light] = found.reference
            if found.change is not None:
                steps.append(Began(found.change, await self._shown(connection, camera_id, found.change)))
                since, acknowledged = found.change.since, False
                self.changes += 1
                log.warning("the view changed", extra={"camera_id": camera_id, "change": found.change.kind})
            if found.is_over:
                steps.append(Ended(view.at))
                since = None
        return SaveScene(camera_id, tuple(keys), tuple(known.items()), tuple(steps))

    async def _shown(self, connection: AsyncConnection, camera_id: str, change: Change) -> Shown:
        """Keep the pictures of before and after, as far as they are still there: what the owner compares."""
        found = {row["id"]: row for row in await scenes.files(connection, [change.before, change.after])}
        if change.after not in found:
            return Shown()
        volume = str(found[change.after]["volume"])
        names: list[str | None] = []
        for upload_id, which in ((change.after, "after"), (change.before, "before")):
            name = f"scenes/{camera_id}/{change.after}_{which}.jpg"
            try:
                data = await self._still(found[upload_id]) if upload_id in found else None
                if data is not None:
                    await self._storage.write_media(volume, name, data)
                names.append(None if data is None else name)
            except HomesecError as error:  # a change is told without its picture rather than not at all
                log.warning("a picture of a changed view is not kept", extra={"reason": str(error)})
                names.append(None)
        return Shown(volume, *names)

    async def _still(self, row: RowMapping) -> bytes | None:
        """None of a clip."""
        if row["media_type"] != "image":
            return None
        file = UploadFile(row["volume"], bytes(row["path"]), row["size"], bytes(row["sha256"]))
        data = await self._storage.read_upload(file)
        small = partial(_small, data, self._uploads.max_pixels)
        return await asyncio.get_running_loop().run_in_executor(None, small)


def _small(data: bytes, max_pixels: int) -> bytes:
    return thumbnail(decode_near(data, max_pixels, SHOWN_PX).image, SHOWN_PX)


def _view(row: RowMapping, boxes: Sequence[Sequence[float]]) -> View:
    grey = np.frombuffer(row["grey"], np.uint8).reshape(HEIGHT, WIDTH)
    corners = tuple((float(x1), float(y1), float(x2), float(y2)) for x1, y1, x2, y2 in boxes)
    return View(row["taken_at"], cast("Light", row["light"]), grey, corners, row["upload_id"])
