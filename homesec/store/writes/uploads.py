"""Cameras from folders, and files that came into them: what the watcher writes."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from homesec.errors import Conflict
from homesec.store.writes.detections import MAX_ATTEMPTS
from homesec.store.writes.unit import Message, Outcome, Unit

_ADD_CAMERA = text(
    """
    INSERT INTO cameras (id, name, folder_path) VALUES (:id, :name, :folder_path)
    ON CONFLICT DO NOTHING RETURNING id
    """
)
_FIND_CAMERA = text("SELECT id, folder_path, deleted_at FROM cameras WHERE folder_path = :folder_path OR id = :id")


@dataclass(frozen=True)
class CameraFolder:
    """The camera that a folder belongs to."""

    camera_id: str
    created: bool
    deleted: bool
    """Soft-deleted: its files wait until it is restored."""


@dataclass(frozen=True)
class EnsureCamera:
    """The camera of a folder, made when it is new. Raises Conflict when its id belongs to another folder."""

    camera_id: str
    name: str
    folder_path: str

    def apply(self, connection: Connection) -> Outcome:
        values = {"id": self.camera_id, "name": self.name, "folder_path": self.folder_path}
        if connection.execute(_ADD_CAMERA, values).first():
            message = Message("camera.status", {"camera_id": self.camera_id, "status": "unknown"})
            return Outcome(CameraFolder(self.camera_id, created=True, deleted=False), [message])
        found = {row.folder_path: row for row in connection.execute(_FIND_CAMERA, values)}
        if mine := found.get(self.folder_path):
            return Outcome(CameraFolder(mine.id, created=False, deleted=mine.deleted_at is not None))
        other = next(iter(found))
        raise Conflict(
            f"the folders {self.folder_path!r} and {other!r} both stand for the camera {self.camera_id!r}; "
            "rename one of them"
        )


@dataclass(frozen=True)
class NewUpload:
    """A whole file as the watcher found it; with an `error` it is refused, and the reason kept."""

    camera_id: str
    volume: str
    path: bytes
    size: int
    mtime_ns: int
    sha256: bytes | None
    """None only for a refused file that could not or may not be read."""
    media_type: str | None
    captured_at: datetime
    time_source: str
    clock_ahead: bool
    received_at: datetime
    error: str | None = None


@dataclass(frozen=True)
class Registered:
    """What became of a NewUpload."""

    upload_id: int | None
    """None when its camera is soft-deleted or gone: then nothing was written and the file waits."""
    state: str | None
    is_new: bool
    revived: bool = False
    """It had failed, because its bytes were gone, and now they are there again."""


_ARRAYS = {
    "camera_id": "text",
    "volume": "text",
    "path": "bytea",
    "size": "bigint",
    "mtime_ns": "bigint",
    "sha256": "bytea",
    "media_type": "text",
    "captured_at": "timestamptz",
    "time_source": "text",
    "clock_ahead": "boolean",
    "received_at": "timestamptz",
    "error": "text",
}
_GIVEN = (
    f"given ({', '.join(_ARRAYS)}, place) AS (SELECT * FROM unnest("
    + ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _ARRAYS.items())
    + ") WITH ORDINALITY)"
)
# A camera's rows stay locked until the commit, so that it can't be deleted between the look and the upload.
_CAMERAS = text("SELECT id, status FROM cameras WHERE id = ANY(:ids) AND deleted_at IS NULL ORDER BY id FOR UPDATE")
# A refused file that was not read has no hash to be known by: its place, size and time must do.
_ADD = text(
    f"""
    WITH {_GIVEN}
    INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, time_source,
                         clock_ahead, received_at, error, state)
    SELECT camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, time_source,
           clock_ahead, received_at, error, CASE WHEN error IS NULL THEN 'pending' ELSE 'rejected' END
    FROM given
    WHERE sha256 IS NOT NULL OR NOT EXISTS (
        SELECT FROM upload_paths known JOIN uploads ON uploads.id = known.upload_id
        WHERE (known.volume, known.path, known.size, known.mtime_ns)
              = (given.volume, given.path, given.size, given.mtime_ns)
          AND uploads.sha256 IS NULL)
    ORDER BY place
    ON CONFLICT (camera_id, sha256) DO NOTHING
    RETURNING id
    """
)
_FIND = text(
    f"""
    WITH {_GIVEN}
    SELECT given.place, uploads.id, uploads.state
    FROM given JOIN uploads ON uploads.camera_id = given.camera_id AND uploads.sha256 = given.sha256
    UNION ALL
    SELECT given.place, max(uploads.id), 'rejected'
    FROM given JOIN uploads ON uploads.camera_id = given.camera_id AND uploads.sha256 IS NULL
        AND (uploads.volume, uploads.path, uploads.size, uploads.mtime_ns)
            = (given.volume, given.path, given.size, given.mtime_ns)
    WHERE given.sha256 IS NULL GROUP BY given.place
    """
)
# The same bytes again count once for each change of a path, and not for the path that made the upload. While nobody
# has read the upload, the newest path is the likeliest to hold its bytes still; and an upload that failed since its
# bytes were gone gets another chance.
_PLACE = text(
    """
    WITH given AS (
        SELECT * FROM unnest(CAST(:volume AS text[]), CAST(:path AS bytea[]), CAST(:size AS bigint[]),
                             CAST(:mtime_ns AS bigint[]), CAST(:upload_id AS bigint[]), CAST(:is_new AS boolean[]),
                             CAST(:received_at AS timestamptz[]))
            AS line(volume, path, size, mtime_ns, upload_id, is_new, received_at)),
    moved AS (
        INSERT INTO upload_paths AS known (volume, path, size, mtime_ns, upload_id)
        SELECT volume, path, size, mtime_ns, upload_id FROM given
        ON CONFLICT (volume, path) DO UPDATE
            SET size = excluded.size, mtime_ns = excluded.mtime_ns, upload_id = excluded.upload_id
            WHERE (known.size, known.mtime_ns, known.upload_id)
                  IS DISTINCT FROM (excluded.size, excluded.mtime_ns, excluded.upload_id)
        RETURNING volume, path, size, mtime_ns, upload_id),
    again AS (
        SELECT DISTINCT ON (upload_id) upload_id, volume, path, mtime_ns,
               count(*) OVER same AS times, max(received_at) OVER same AS at
        FROM moved JOIN given USING (volume, path, size, mtime_ns, upload_id)
        WHERE NOT is_new
        WINDOW same AS (PARTITION BY upload_id)
        ORDER BY upload_id, mtime_ns DESC),
    judged AS (
        SELECT again.*, uploads.state = 'failed' AND uploads.attempts < :most AND uploads.next_frame = 0 AS revived
        FROM again JOIN uploads ON uploads.id = again.upload_id)
    UPDATE uploads
    SET repeats = repeats + judged.times,
        last_repeat_at = GREATEST(last_repeat_at, judged.at),
        volume = CASE WHEN state = 'pending' OR revived THEN judged.volume ELSE uploads.volume END,
        path = CASE WHEN state = 'pending' OR revived THEN judged.path ELSE uploads.path END,
        mtime_ns = CASE WHEN state = 'pending' OR revived THEN judged.mtime_ns ELSE uploads.mtime_ns END,
        state = CASE WHEN revived THEN 'pending' ELSE state END,
        error = CASE WHEN revived THEN NULL ELSE error END
    FROM judged WHERE uploads.id = judged.upload_id
    RETURNING uploads.id, judged.revived
    """
)
_SEEN = text(
    """
    UPDATE cameras SET last_seen_at = seen.at, status = 'online'
    FROM unnest(CAST(:ids AS text[]), CAST(:times AS timestamptz[])) AS seen(id, at)
    WHERE cameras.id = seen.id AND (cameras.last_seen_at IS NULL OR cameras.last_seen_at < seen.at)
    RETURNING cameras.id
    """
)


@dataclass(frozen=True)
class RegisterUploads:
    """Rows for files, in five statements however many there are; gives one `Registered` a file, in order."""

    files: tuple[NewUpload, ...]

    def split(self) -> list[Unit]:
        return [RegisterUploads((file,)) for file in self.files]

    def apply(self, connection: Connection) -> Outcome:
        ids = sorted({file.camera_id for file in self.files})
        status = {row.id: row.status for row in connection.execute(_CAMERAS, {"ids": ids})}
        places = [place for place, file in enumerate(self.files) if file.camera_id in status]
        found = _rows(connection, [self.files[place] for place in places])
        result = [Registered(None, None, False)] * len(self.files)
        for place, registered in zip(places, found, strict=True):
            result[place] = registered
        return Outcome(result, self._seen(connection, status))

    def _seen(self, connection: Connection, status: dict[str, str]) -> list[Message]:
        """An older file never overrides a newer one."""
        newest: dict[str, datetime] = {}
        for file in self.files:
            if file.camera_id in status:
                newest[file.camera_id] = max(file.received_at, newest.get(file.camera_id, file.received_at))
        if not newest:
            return []
        seen = connection.execute(_SEEN, {"ids": list(newest), "times": list(newest.values())}).scalars()
        return [
            Message("camera.status", {"camera_id": camera_id, "status": "online"})
            for camera_id in seen
            if status[camera_id] != "online"
        ]


def _rows(connection: Connection, files: Sequence[NewUpload]) -> list[Registered]:
    if not files:
        return []
    given = _columns(files)
    made = set(connection.execute(_ADD, given).scalars())
    found = {row.place - 1: row for row in connection.execute(_FIND, given)}
    result: list[Registered] = []
    first: set[int] = set()
    last: dict[tuple[str, bytes], int] = {}
    for place, file in enumerate(files):
        upload_id = found[place].id
        result.append(Registered(upload_id, found[place].state, upload_id in made and upload_id not in first))
        first.add(upload_id)
        last[file.volume, file.path] = place  # of two contents of one path only the newer is still there
    revived = _place(connection, [(files[place], result[place]) for place in last.values()])
    return [replace(row, state="pending", revived=True) if row.upload_id in revived else row for row in result]


def _place(connection: Connection, lines: Sequence[tuple[NewUpload, Registered]]) -> set[int]:
    """Note where the bytes lie; gives the uploads that are to be tried again."""
    moved = connection.execute(
        _PLACE,
        {
            "volume": [file.volume for file, _ in lines],
            "path": [file.path for file, _ in lines],
            "size": [file.size for file, _ in lines],
            "mtime_ns": [file.mtime_ns for file, _ in lines],
            "upload_id": [row.upload_id for _, row in lines],
            "is_new": [row.is_new for _, row in lines],
            "received_at": [file.received_at for file, _ in lines],
            "most": MAX_ATTEMPTS,
        },
    )
    return {row.id for row in moved if row.revived}


def _columns(files: Sequence[NewUpload]) -> dict[str, list[Any]]:
    return {field.name: [getattr(file, field.name) for file in files] for field in fields(NewUpload)}
