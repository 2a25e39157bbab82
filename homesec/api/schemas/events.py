"""Events: what happened, how worrying it is and why."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field
from sqlalchemy import RowMapping

from homesec.api.schemas.alerts import AlertOut
from homesec.api.schemas.common import Input, Output, Page, Words
from homesec.api.schemas.detections import DetectionOut
from homesec.store.queries.event_search import END, HIT


class EventOut(Output):
    """An event, as lists show it."""

    id: int
    camera_id: str
    camera_name: str
    batch_id: int
    incident_id: int | None
    started_at: datetime
    ended_at: datetime
    status: Annotated[str, Field(description="open while activity goes on, then closed")]
    risk_score: Annotated[int, Field(description="0..100")]
    risk_level: Annotated[str, Field(description="low 0-29, medium 30-59, high 60-84, critical 85-100")]
    risk_source: str
    summary: str
    object_types: list[str]
    detection_count: int
    cover_detection_id: Annotated[int | None, Field(description="The detection whose picture stands for the event")]
    reviewed: bool
    snooze_until: datetime | None
    revision: Annotated[int, Field(description="Raised by every change anyone makes; also the ETag")]
    deleted_at: datetime | None


class RevisionOut(Output):
    """One computation of the event's score."""

    revision: int
    cause: Annotated[str, Field(description="batch:7 = the batch at its revision 7")]
    score: int
    created_at: datetime


class EventDetail(EventOut):
    """An event with all it rests on."""

    reasoning: str
    notes: str | None
    is_fast_path: bool
    created_at: datetime
    evidence: Annotated[list[Any], Field(description="What the present score rests on, item by item")]
    detections: Annotated[list[DetectionOut], Field(description="The first 200, in order of time")]
    alerts: Annotated[list[AlertOut], Field(description="What rules told of it, newest first")]
    revisions: list[RevisionOut]


class SnippetPart(Output):
    """A piece of a snippet; `hit`: a word that was asked for."""

    text: str
    hit: bool


class EventFound(EventOut):
    """An event that was found, best first."""

    rank: Annotated[float, Field(description="Comparable only within one search")]
    found_by: list[Literal["words", "meaning"]]
    snippet: list[SnippetPart]

    @classmethod
    def of(cls, row: RowMapping, rank: float, found_by: list[str]) -> "EventFound":
        return cls.from_row({**row, "snippet": _parts(row["snippet"])}, rank=rank, found_by=found_by)


class FoundPage(Page[EventFound]):
    """What was found, and how."""

    mode: Annotated[Literal["words", "meaning", "both"], Field(description="What was done")]
    note: Annotated[str | None, Field(description="Why it is less than what was asked for")]


def _parts(snippet: str) -> list[SnippetPart]:
    """Of a text in which hits stand between marks."""
    before, *marked = snippet.split(HIT)
    parts = [SnippetPart(text=before, hit=False)]
    for piece in marked:
        hit, _, rest = piece.partition(END)
        parts += [SnippetPart(text=hit, hit=True), SnippetPart(text=rest, hit=False)]
    return [part for part in parts if part.text]


class EventChange(Input):
    """What is given is changed, the rest stays; null empties notes and snooze_until."""

    reviewed: bool | None = None
    notes: Annotated[Words | None, Field(max_length=10_000)] = None
    snooze_until: AwareDatetime | None = None

    def changes(self) -> dict[str, Any]:
        given = self.model_dump(exclude_unset=True)
        return {key: value for key, value in given.items() if key != "reviewed" or value is not None}


class AuditOut(Output):
    """One revision of the score with all it was computed from."""

    id: int
    event_id: int
    revision: int
    cause: str
    evidence: list[Any]
    prior: float
    score: int
    calibration_id: int | None
    calibration: Annotated[dict[str, Any] | None, Field(description="Its curve; none: evidence counts as it is")]
    scorer: Annotated[str, Field(description="Version of the scorer: the score can be computed again")]
    models: dict[str, Any]
    prompt_version_id: int | None
    prompt: str | None
    answer: str | None
    latency_s: float | None
    quality: dict[str, Any] | None
    critique: str | None
    created_at: datetime


class AuditList(Output):
    """All revisions of one event, newest first."""

    items: list[AuditOut]


class EventStats(Output):
    """Counts of the events that a filter leaves."""

    total: int
    unreviewed: int
    open: int
    by_level: dict[str, int]
    by_camera: dict[str, int]
    by_object_type: Annotated[dict[str, int], Field(description="An event of two types counts in both")]
    by_day: Annotated[dict[str, int], Field(description="Date (UTC) to count")]
