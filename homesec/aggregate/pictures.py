"""Pictures as the aggregator takes them: frames with what was seen in them, and what their rows already say."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.domain.batches import Seen
from homesec.domain.followed import Frame, Sighting
from homesec.domain.following import STATIONARY, Key, key
from homesec.store.writes.batches import Placed

LONGEST_CLIP = timedelta(minutes=15)  # how much earlier than its frames a clip may have begun
_CLOCKS = timedelta(minutes=10)  # by how much an upload may have arrived before its own time

# An upload without detections is a frame too: it tells that nothing is there any more.
_FRAMES = """
    SELECT upload.id AS upload_id, upload.camera_id, coalesce(seen.frame_no, 0) AS frame_no,
        coalesce(seen.detected_at, upload.captured_at) AS at, seen.id, seen.object_type, seen.confidence,
        seen.x1, seen.y1, seen.x2, seen.y2, seen.frame_width, seen.frame_height, seen.appearance, seen.batch_id,
        seen.track_id, seen.excluded_because
    FROM uploads AS upload LEFT JOIN detections AS seen ON seen.upload_id = upload.id
"""
_ORDER = "ORDER BY upload.camera_id, at, upload.id, frame_no, seen.ordinal"
_OF_UPLOADS = text(f"{_FRAMES} WHERE upload.id = ANY(:ids) {_ORDER}")
_DONE_AFTER = text(
    f"""
    {_FRAMES}
    WHERE upload.camera_id = :camera_id AND upload.state = 'done' AND upload.captured_at >= :from
        AND upload.received_at >= :received_from
    {_ORDER}
    """
)


@dataclass(frozen=True)
class Picture:
    """A frame, and what the rows of its detections say."""

    frame: Frame
    batched: frozenset[int]
    """Those in a batch."""
    reasons: dict[int, str]
    """Of those that count nowhere for what they are."""
    marked: frozenset[int]
    """Those that were followed before."""

    @property
    def key(self) -> Key:
        return key(self.frame)

    def seen(self, excluded: dict[int, str]) -> Seen | None:
        """What it adds to a batch, besides what is in one already."""
        free = [
            one
            for one in self.frame.sightings
            if one.counts and one.detection_id not in self.batched and one.detection_id not in excluded
        ]
        if not free:
            return None
        return Seen(self.frame.at, tuple(one.detection_id for one in free), max(one.confidence for one in free))

    def placed(self, members: dict[int, int], excluded: dict[int, str]) -> list[Placed]:
        """What its rows shall say, as far as they do not say it yet."""
        return [
            Placed(
                number,
                members.get(number),
                judged=number not in self.batched,
                reason=self.reasons.get(number) or excluded.get(number),
            )
            for number in (one.detection_id for one in self.frame.sightings)
            if number in members or number in excluded or number in self.marked
        ]


async def of_uploads(connection: AsyncConnection, upload_ids: Sequence[int]) -> dict[str, list[Picture]]:
    """The pictures of these uploads by camera, in order."""
    found: defaultdict[str, list[Picture]] = defaultdict(list)
    rows = (await connection.execute(_OF_UPLOADS, {"ids": list(upload_ids)})).mappings()
    for camera_id, mine in groupby(rows, lambda row: row["camera_id"]):
        found[camera_id] = _pictures(mine)
    return found


async def done_after(connection: AsyncConnection, camera_id: str, after: Key) -> list[Picture]:
    """The pictures of a camera that are done and come after this one, in order."""
    since: datetime = after[0]
    values = {"camera_id": camera_id, "from": since - LONGEST_CLIP, "received_from": since - LONGEST_CLIP - _CLOCKS}
    rows = (await connection.execute(_DONE_AFTER, values)).mappings()
    return [picture for picture in _pictures(rows) if picture.key > after]


def _pictures(rows: Iterable[RowMapping]) -> list[Picture]:
    """`rows` in the order of frames."""
    return [_picture(list(frame)) for _, frame in groupby(rows, lambda row: (row["upload_id"], row["frame_no"]))]


def _picture(rows: Sequence[RowMapping]) -> Picture:
    first = rows[0]
    seen = [row for row in rows if row["id"] is not None]
    reasons = {row["id"]: row["excluded_because"] for row in seen if _is_its_own(row["excluded_because"])}
    sightings = tuple(
        Sighting(
            row["id"],
            row["object_type"],
            row["confidence"],
            (row["x1"], row["y1"], row["x2"], row["y2"]),
            None if row["appearance"] is None else np.frombuffer(row["appearance"], np.float16).astype(np.float32),
            row["id"] not in reasons,
        )
        for row in seen
    )
    frame = Frame(first["at"], (first["upload_id"], first["frame_no"]), sightings)
    if seen:
        frame = Frame(frame.at, frame.key, sightings, first["frame_width"] / first["frame_height"])
    return Picture(
        frame,
        batched=frozenset(row["id"] for row in seen if row["batch_id"] is not None),
        reasons=reasons,
        marked=frozenset(
            row["id"]
            for row in seen
            if row["track_id"] is not None or (row["excluded_because"] is not None and row["id"] not in reasons)
        ),
    )


def _is_its_own(reason: str | None) -> bool:
    """Whether a detection counts nowhere for what it is, not for what following made of it."""
    return reason is not None and reason != STATIONARY and not reason.startswith("zone:")
