"""Raw COPY into the system's own tables: the fastest way in, and what a bench compares with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg


@dataclass(frozen=True)
class Copy:
    """A table and the columns that are given, with their types."""

    table: str
    columns: Mapping[str, str]

    def rows(self, cursor: psycopg.Cursor[Any], rows: Iterable[tuple[Any, ...]]) -> None:
        command = f"COPY {self.table} ({', '.join(self.columns)}) FROM STDIN (FORMAT BINARY)"
        with cursor.copy(command.encode()) as copy:
            copy.set_types(list(self.columns.values()))
            for row in rows:
                copy.write_row(row)


UPLOADS = Copy(
    "uploads",
    {
        "id": "int8", "camera_id": "text", "volume": "text", "path": "bytea", "size": "int8", "mtime_ns": "int8",
        "sha256": "bytea", "media_type": "text", "captured_at": "timestamptz", "time_source": "text",
        "received_at": "timestamptz", "state": "text",
    },
)  # fmt: skip
DETECTIONS = Copy(
    "detections",
    {
        "upload_id": "int8", "camera_id": "text", "file_path": "text", "frame_no": "int4", "ordinal": "int2",
        "detected_at": "timestamptz", "object_type": "text", "confidence": "float8", "x1": "float8", "y1": "float8",
        "x2": "float8", "y2": "float8", "frame_width": "int4", "frame_height": "int4", "media_type": "text",
        "model": "text", "appearance": "bytea",
    },
)  # fmt: skip
OUTBOX = Copy("outbox", {"seq": "int8", "topic": "text", "type": "text", "payload": "jsonb"})
