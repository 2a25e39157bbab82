"""Scene changes, and what a camera's view is compared with."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from homesec.api.schemas.common import Output


class SceneChangeOut(Output):
    """A lasting change of what a camera sees."""

    id: int
    camera_id: str
    detected_at: Annotated[datetime, Field(description="Time of the first picture that shows it")]
    change_type: Literal["view_blocked", "angle_changed", "view_tampered", "unknown"]
    similarity_score: Annotated[float, Field(description="0..1, of the new view to the usual one")]
    acknowledged: bool
    acknowledged_at: datetime | None
    ended_at: Annotated[
        datetime | None, Field(description="From when on the view was as before, or the new one counted as usual")
    ]


class SceneReferenceOut(Output):
    """What a camera usually sees in one kind of light."""

    light: Literal["day", "infrared"]
    updated_at: datetime
    pictures: Annotated[int, Field(description="From which it was learned")]
    ready: Annotated[bool, Field(description="Views are compared with it")]


class SceneReferences(Output):
    """One for each kind of light that a camera has seen."""

    items: list[SceneReferenceOut]
