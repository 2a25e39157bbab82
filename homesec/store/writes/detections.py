"""What the detector writes: objects seen in uploads, chunks of clips, and uploads that cannot be read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, text

from homesec.store.sessions import below
from homesec.store.writes.scenes import SeenView, ViewRow, copy_views
from homesec.store.writes.unit import Message, Outcome, Unit

MAX_ATTEMPTS = 3  # failures of an upload itself, after which the owner is asked

_TAKE = text(
    """
    UPDATE uploads SET state = 'detected', detected_on = now(), error = NULL
    WHERE id = ANY(:ids) AND state = 'pending' RETURNING id, camera_id, media_type, captured_at
    """
)
_ADVANCE = text(
    """
    UPDATE uploads SET next_frame = :next_frame,
        state = CASE WHEN :last THEN 'detected' ELSE state END,
        detected_on = CASE WHEN :last THEN now() ELSE detected_on END,
        error = CAST(:error AS text)
    WHERE id = :id AND state = 'pending' AND next_frame = :first RETURNING id, camera_id, media_type, captured_at
    """
)
_COUNTS = text(
    """
    SELECT object_type, count(*) AS count FROM detections
    WHERE upload_id = :id AND excluded_because IS NULL GROUP BY object_type
    """
)
# What was already seen in a clip stands, so a clip that fails midway is not lost to the aggregator.
_FAIL = text(
    """
    UPDATE uploads SET attempts = attempts + 1, error = :error,
        state = CASE WHEN NOT (:final OR attempts + 1 >= :most) THEN 'pending'
            WHEN next_frame > 0 THEN 'detected' ELSE :state END,
        detected_on = CASE WHEN (:final OR attempts + 1 >= :most) AND next_frame > 0 THEN now() END
    WHERE id = :id AND state = 'pending' AND attempts = :attempts RETURNING state
    """
)
# Binary COPY: as fast as a bare COPY, and 1.5 times as fast as INSERT from unnest (36,000 rows/s) at 2000 rows.
_COLUMNS = {
    "upload_id": "int8", "camera_id": "text", "file_path": "text", "frame_no": "int4", "ordinal": "int2",
    "detected_at": "timestamptz", "object_type": "text", "confidence": "float8", "x1": "float8", "y1": "float8",
    "x2": "float8", "y2": "float8", "frame_width": "int4", "frame_height": "int4", "media_type": "text",
    "model": "text", "appearance": "bytea", "excluded_because": "text", "thumbnail_path": "text",
}  # fmt: skip
_COPY = f"COPY detections ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT BINARY)"


class SeenObject(NamedTuple):
    """One object in one frame; its place among its neighbours becomes the ordinal."""

    object_type: str
    confidence: float
    x1: float
    y1: float
    x2: float
    y2: float
    """Corners in 0..1 of the frame."""
    excluded_because: str | None = None
    appearance: bytes | None = None
    """float16 vector."""


@dataclass(frozen=True)
class SeenFrame:
    """What was seen in one frame. A frame without objects leaves no rows."""

    width: int
    height: int
    objects: tuple[SeenObject, ...] = ()
    frame_no: int = 0
    offset_s: float = 0.0
    """From the start of the clip: event time is the upload's capture time and this."""
    thumbnail_path: str | None = None


@dataclass(frozen=True)
class DetectedUpload:
    """An upload that was looked at from its first frame to its last."""

    upload_id: int
    file_path: str
    """Readable form of the upload's path."""
    model: str
    frames: tuple[SeenFrame, ...]
    view: SeenView | None = None
    """Of the picture, or of the first of these frames."""


class _Upload(NamedTuple):
    """What the row of an upload says of its detections."""

    id: int
    camera_id: str
    media_type: str
    captured_at: datetime


@dataclass(frozen=True)
class SaveDetections:
    """Store what was seen in whole uploads; those that are no longer pending are passed over, results and all.

    Result: the ids of the uploads that were taken.
    """

    items: tuple[DetectedUpload, ...]

    def apply(self, connection: Connection) -> Outcome:
        outcome = _SaveTogether((self,)).apply(connection)
        return Outcome(outcome.result[0], outcome.messages)

    def split(self) -> list[Unit]:
        return [SaveDetections((item,)) for item in self.items]

    @staticmethod
    def together(units: "Sequence[SaveDetections]") -> Unit:
        """Many units as one: of a unit of forty rows half the time goes into statements, not into rows."""
        return _SaveTogether(tuple(units))


@dataclass(frozen=True)
class _SaveTogether:
    """Result: that of each unit."""

    units: tuple[SaveDetections, ...]

    def apply(self, connection: Connection) -> Outcome:
        owner: dict[int, int] = {}
        items: dict[int, DetectedUpload] = {}
        for place, unit in enumerate(self.units):
            for item in unit.items:
                if items.setdefault(item.upload_id, item) is item:
                    owner[item.upload_id] = place
        found = {row[0]: _Upload(*row) for row in connection.execute(_TAKE, {"ids": list(items)})}
        taken = [(item, found[number]) for number, item in items.items() if number in found]
        _copy(connection, (row for item, upload in taken for row in _rows(item, upload)))
        copy_views(connection, (row for item, upload in taken for row in _views(item, upload)))
        results: list[list[int]] = [[] for _ in self.units]
        for item, _ in taken:
            results[owner[item.upload_id]].append(item.upload_id)
        return Outcome(results, [_message(upload, _counts(item.frames)) for item, upload in taken])

    def split(self) -> list[Unit]:
        return list(self.units)


@dataclass(frozen=True)
class SaveChunk:
    """Store what was seen in the frames of a clip from `first` to before `next_frame`; the last one ends it.

    Nothing happens unless the clip is pending and stands at `first`. An `error` says why a last chunk is the last,
    when the clip breaks off. Result: whether it was taken.
    """

    item: DetectedUpload
    first: int
    next_frame: int
    last: bool
    error: str | None = None

    def apply(self, connection: Connection) -> Outcome:
        values = {"id": self.item.upload_id, "first": self.first, "next_frame": self.next_frame}
        row = connection.execute(_ADVANCE, {**values, "last": self.last, "error": self.error}).first()
        if row is None:
            return Outcome(False)
        taken = _Upload(*row)
        _copy(connection, _rows(self.item, taken))
        copy_views(connection, _views(self.item, taken))
        if not self.last:
            return Outcome(True)
        counts = {row[0]: row[1] for row in connection.execute(_COUNTS, {"id": self.item.upload_id})}
        return Outcome(True, [_message(taken, counts)])


# The same bytes may lie elsewhere under another name: latest.jpg is overwritten, the dated copy stays.
_FORGET = text("DELETE FROM upload_paths WHERE volume = :volume AND path = :path AND upload_id = :id")
_LOOK_ELSEWHERE = text(
    """
    UPDATE uploads SET volume = other.volume, path = other.path, mtime_ns = other.mtime_ns
    FROM (SELECT volume, path, mtime_ns FROM upload_paths
        WHERE upload_id = :id AND (volume, path) <> (:volume, :path) ORDER BY mtime_ns DESC LIMIT 1) AS other
    WHERE uploads.id = :id AND uploads.state = 'pending' AND (uploads.volume, uploads.path) = (:volume, :path)
    RETURNING uploads.state
    """
)


@dataclass(frozen=True)
class FailUpload:
    """An upload failed for a reason of its own: the third failure ends it, a final one at once.

    `attempts` are those its row had, so that a repeated write counts once. `state` says what it ends as: refused
    for what it is, or failed. Result: its state now, or None when it was not pending any more.
    """

    upload_id: int
    attempts: int
    error: str
    final: bool = False
    state: Literal["failed", "rejected"] = "failed"
    gone: tuple[str, bytes] | None = None
    """Volume and path where its bytes are no longer. It is looked for at its other paths before it fails."""

    def apply(self, connection: Connection) -> Outcome:
        if self.gone is not None:
            place = {"id": self.upload_id, "volume": self.gone[0], "path": self.gone[1]}
            connection.execute(_FORGET, place)
            if (state := connection.scalar(_LOOK_ELSEWHERE, place)) is not None:
                return Outcome(state)  # the sweep brings it back
        values = {"id": self.upload_id, "attempts": self.attempts, "error": self.error, "state": self.state}
        return Outcome(connection.scalar(_FAIL, {**values, "final": self.final, "most": MAX_ATTEMPTS}))


def _rows(item: DetectedUpload, upload: _Upload) -> Iterable[tuple[Any, ...]]:
    """Rows in the order of `_COLUMNS`; camera, kind and event time are the upload's own."""
    for frame in item.frames:
        at = upload.captured_at + timedelta(seconds=frame.offset_s)
        for ordinal, seen in enumerate(frame.objects):
            yield (
                item.upload_id, upload.camera_id, item.file_path, frame.frame_no, ordinal, at, seen.object_type,
                seen.confidence, seen.x1, seen.y1, seen.x2, seen.y2, frame.width, frame.height, upload.media_type,
                item.model, seen.appearance, seen.excluded_because, frame.thumbnail_path,
            )  # fmt: skip


def _views(item: DetectedUpload, upload: _Upload) -> Iterable[ViewRow]:
    if item.view is not None:
        at = upload.captured_at + timedelta(seconds=item.view.offset_s)
        yield ViewRow(item.upload_id, item.view.frame_no, at, item.view.light, item.view.grey)


def _copy(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    with below(connection) as driver, driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(list(_COLUMNS.values()))
        for row in rows:
            copy.write_row(row)


def _counts(frames: Sequence[SeenFrame]) -> dict[str, int]:
    return dict(Counter(seen.object_type for frame in frames for seen in frame.objects if not seen.excluded_because))


def _message(upload: _Upload, counts: dict[str, int]) -> Message:
    """What counts, by class: excluded objects are stored and never announced."""
    payload = {"upload_id": upload.id, "camera_id": upload.camera_id, "counts": counts}
    return Message("upload.detected", payload)
