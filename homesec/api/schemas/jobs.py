"""Jobs: what may be asked for, and how far it is."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from homesec.api.schemas.access import CameraId
from homesec.api.schemas.common import MAX_ID, Input, Output

Status = Literal["queued", "running", "completed", "failed", "cancelled"]


class JobOut(Output):
    """A job."""

    id: str
    kind: str
    status: Status
    params: Annotated[dict[str, Any], Field(description="What was asked for")]
    progress: Annotated[int, Field(description="Percent")]
    step: Annotated[str | None, Field(description="What it does now, or did last")]
    cancel_requested: bool
    result: dict[str, Any] | None
    error: Annotated[str | None, Field(description="Why it failed, in words")]
    attempts: Annotated[int, Field(description="Runners that took it; more than one: it was interrupted")]
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


class JobIn(Input):
    """What every kind of job has."""

    kind: str

    def params(self) -> dict[str, Any]:
        """As they are stored; what is not given is left out."""
        return self.model_dump(mode="json", exclude={"kind"}, exclude_defaults=True)


class BackupIn(JobIn):
    """All rows and all files into a new folder below `backups` of the data folder."""

    kind: Literal["backup"]


class RetentionIn(JobIn):
    """Delete what is older than the ages of the settings; it also runs every day by itself."""

    kind: Literal["retention"]
    dry_run: Annotated[bool, Field(description="Only say how much it would be")] = False


class RenameIn(JobIn):
    """Let the events of a camera be found by its present name; asked for by itself when a camera is renamed."""

    kind: Literal["rename"]
    camera: CameraId


class Wanted(Input):
    """Which events; what is not given does not limit them."""

    since: Annotated[AwareDatetime | None, Field(description="Started at or after")] = None
    until: Annotated[AwareDatetime | None, Field(description="Started before")] = None
    cameras: Annotated[list[CameraId] | None, Field(min_length=1, max_length=200)] = None
    ids: Annotated[list[Annotated[int, Field(ge=1, le=MAX_ID)]] | None, Field(min_length=1, max_length=10_000)] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError("until: must be later than since")
        return self


class ReanalyzeIn(Wanted, JobIn):
    """Judge these events again, with the scorer and with what is known now; each keeps its earlier revisions."""

    kind: Literal["reanalyze"]

    def params(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude={"kind"}, exclude_none=True)


NewJob = Annotated[BackupIn | RetentionIn | RenameIn | ReanalyzeIn, Field(discriminator="kind")]


class ExportIn(Wanted):
    """Which events go into the ZIP. At most 10,000."""

    def params(self, cameras: tuple[str, ...] | None) -> dict[str, Any]:
        given = self.model_dump(mode="json", exclude={"cameras"}, exclude_none=True)
        return given if cameras is None else {**given, "cameras": list(cameras)}
