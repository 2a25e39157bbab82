"""Uploads: the files that cameras sent, and how far each got."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field

from homesec.api.schemas.common import Output


class UploadOut(Output):
    """A file that a camera uploaded."""

    id: int
    camera_id: str
    name: Annotated[str, Field(description="Name of the file; bytes that are no text stand as \\xNN")]
    size: int
    sha256: str | None
    media_type: str | None
    captured_at: Annotated[datetime, Field(description="Event time")]
    time_source: str
    clock_ahead: bool
    received_at: datetime
    state: Annotated[str, Field(description="pending, detected, done, rejected, failed or expired")]
    error: Annotated[str | None, Field(description="Why it was rejected or failed")]
    attempts: int
    repeats: Annotated[int, Field(description="How often the same bytes came again")]
    last_repeat_at: datetime | None

    @classmethod
    def from_row(cls, row: Mapping[Any, Any], **more: Any) -> Self:
        path, digest = bytes(row["path"]), row["sha256"]
        name = path.rpartition(b"/")[2].decode("utf-8", "backslashreplace")
        return super().from_row(row, name=name, sha256=bytes(digest).hex() if digest is not None else None, **more)


class UploadDetail(UploadOut):
    """A file with what came of it."""

    detection_count: int
    event_ids: list[int]


class Received(Output):
    """A file that lies in its camera's folder now; the pipeline takes it from there."""

    camera_id: str
    name: Annotated[str, Field(description="The name it got in the folder")]
    size: int
    sha256: str
