"""Cameras."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field

from homesec.api.schemas.common import Input, Output, Words
from homesec.domain.camera_settings import CameraSettings
from homesec.settings import Timezone

Name = Annotated[Words, Field(min_length=1, max_length=200)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
ClassName = Annotated[Words, Field(min_length=1, max_length=100)]


class SettingsOut(Output):
    """What is in force for one camera, defaults included."""

    classes: Annotated[list[str] | None, Field(description="The classes that count; null: all")]
    min_confidence: float
    class_confidence: Annotated[dict[str, float], Field(description="Thresholds of single classes; they win")]
    enabled: Annotated[bool, Field(description="False: its pictures are kept, and no model looks at them")]
    snooze_until: Annotated[datetime | None, Field(description="Until then its events raise no alerts")]


class SettingsIn(Input):
    """What is given is set, the rest stays."""

    classes: Annotated[list[ClassName] | None, Field(max_length=1000)] = None
    min_confidence: Fraction | None = None
    class_confidence: Annotated[dict[ClassName, Fraction] | None, Field(max_length=1000)] = None
    enabled: bool | None = None
    snooze_until: AwareDatetime | None = None


class CameraOut(Output):
    """A camera, known by the folder it uploads into."""

    id: str
    name: str
    folder_path: Annotated[str, Field(description="Relative to the folder of all cameras")]
    status: Annotated[str, Field(description="online, offline, error or unknown")]
    created_at: datetime
    last_seen_at: datetime | None
    deleted_at: datetime | None
    timezone: Annotated[str | None, Field(description="Null: the time zone of the whole system")]
    settings: SettingsOut

    @classmethod
    def from_row(cls, row: Mapping[Any, Any], **more: Any) -> Self:
        return super().from_row(row, settings=CameraSettings.from_json(row["settings"]).to_json(), **more)


class CameraIn(Input):
    """A new camera."""

    name: Name
    folder: Annotated[
        Words | None, Field(min_length=1, max_length=200, description="Folder of its uploads; default: from the name")
    ] = None
    timezone: Timezone | None = None
    settings: SettingsIn | None = None

    def stored_settings(self) -> dict[str, Any]:
        return {} if self.settings is None else self.settings.model_dump(mode="json", exclude_unset=True)


class CameraChange(Input):
    """What is given is changed, the rest stays."""

    name: Name | None = None
    timezone: Timezone | None = None
    settings: SettingsIn | None = None

    def stored_settings(self) -> dict[str, Any]:
        return {} if self.settings is None else self.settings.model_dump(mode="json", exclude_unset=True)

    def changes(self) -> dict[str, Any]:
        """A name cannot be taken away, a time zone can (null: that of the whole system)."""
        given = self.model_dump(include={"name", "timezone"}, exclude_unset=True)
        return {key: value for key, value in given.items() if key != "name" or value is not None}
