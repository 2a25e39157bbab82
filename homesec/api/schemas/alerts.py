"""Alerts, their rules, and what a rule would have told."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from homesec.api.schemas.access import CameraId
from homesec.api.schemas.cameras import ClassName, Fraction
from homesec.api.schemas.common import MAX_ID, Input, Output, Words
from homesec.domain.alert_rule import Rule, checked_key
from homesec.domain.hours import Hours
from homesec.errors import InvalidInput
from homesec.settings import Timezone

Severity = Literal["low", "medium", "high", "critical"]
Status = Literal["pending", "delivered", "acknowledged", "dismissed"]
Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Clock = Annotated[str, Field(pattern=r"^\d{2}:\d{2}$")]


class ScheduleIn(Input):
    """Hours of the week; an end that lies before the start is that of the next day."""

    days: Annotated[
        list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]],
        Field(max_length=7, description="None: all; of hours that pass midnight the day on which they begin"),
    ] = []  # noqa: RUF012  (pydantic copies it)
    start: Clock
    end: Clock
    timezone: Annotated[Timezone | None, Field(description="Null: that of the whole system")] = None


class ConditionsIn(Input):
    """Null says nothing; all that is said must hold of one and the same thing."""

    levels: Annotated[list[Severity] | None, Field(min_length=1)] = None
    identity: Annotated[
        list[Annotated[Words, Field(max_length=50)]] | None,
        Field(
            min_length=1,
            max_length=100,
            description="trusted, untrusted, unknown, not_trusted, member:<id> or entity:<id>; persons and vehicles",
        ),
    ] = None
    dwell_seconds: Annotated[
        float | None, Field(gt=0, le=86400, allow_inf_nan=False, description="In one of the zones, or in any")
    ] = None
    direction: Annotated[Literal["in", "out"] | None, Field(description="Of a line that was crossed")] = None
    poses: Annotated[
        list[Literal["standing", "crouching", "bending_over", "arms_raised", "sitting", "lying_down"]] | None,
        Field(min_length=1),
    ] = None
    actions: Annotated[list[ClassName] | None, Field(min_length=1, max_length=100)] = None
    threats: Annotated[
        list[Literal["any", "gun", "knife", "grenade", "explosive", "weapon", "other"]] | None, Field(min_length=1)
    ] = None


class RuleIn(Input):
    """A rule as the owner wants it, whole."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "A stranger at the door at night",
                    "severity": "high",
                    "object_types": ["person"],
                    "zone_ids": [4],
                    "schedule": {"start": "22:00", "end": "06:00", "timezone": "Europe/Berlin"},
                    "conditions": {"identity": ["not_trusted"], "dwell_seconds": 20},
                }
            ]
        }
    )

    name: Annotated[Words, Field(min_length=1, max_length=100, pattern=r"\S")]
    description: Annotated[Words | None, Field(max_length=1000)] = None
    enabled: bool = True
    severity: Annotated[Severity, Field(description="An alert is at least as severe as its rule")] = "medium"
    risk_threshold: Annotated[int | None, Field(ge=0, le=100, description="Null: any score")] = None
    object_types: Annotated[list[ClassName] | None, Field(min_length=1, max_length=100)] = None
    camera_ids: Annotated[list[CameraId] | None, Field(min_length=1, max_length=200)] = None
    zone_ids: Annotated[
        list[Id] | None, Field(min_length=1, max_length=200, description="It was in one of them, or crossed the line")
    ] = None
    min_confidence: Fraction | None = None
    schedule: ScheduleIn | None = None
    conditions: ConditionsIn = ConditionsIn()
    dedup_key_template: Annotated[
        Words, Field(max_length=200, description="Of {rule} {incident} {camera} {entity} {level}: one key, one alert")
    ] = "{rule}:{incident}"
    cooldown_seconds: Annotated[int, Field(ge=0, le=7 * 86400, description="In event time")] = 300
    channels: Annotated[list[Id], Field(max_length=100, description="Empty: all that are enabled")] = []  # noqa: RUF012

    @field_validator("schedule")
    @classmethod
    def _can_be_told(cls, schedule: ScheduleIn | None) -> ScheduleIn | None:
        if schedule is not None:
            _read(Hours.parse, {**schedule.model_dump(), "timezone": schedule.timezone or "UTC"})
        return schedule

    @field_validator("conditions")
    @classmethod
    def _can_be_read(cls, conditions: ConditionsIn) -> ConditionsIn:
        _read(Rule.parse, {**_BARE, "conditions": conditions.model_dump(exclude_none=True)})
        return conditions

    @field_validator("dedup_key_template")
    @classmethod
    def _names_known_fields(cls, template: str) -> str:
        _read(checked_key, template)
        return template

    def values(self, timezone: str) -> dict[str, Any]:
        """All columns that the owner sets; `timezone` is that of the whole system."""
        values = self.model_dump()
        if self.schedule is not None:
            values["schedule"]["timezone"] = self.schedule.timezone or timezone
        return {**values, "conditions": self.conditions.model_dump(exclude_none=True)}


_BARE = {
    "severity": "low", "risk_threshold": None, "object_types": None, "camera_ids": None, "zone_ids": None,
    "min_confidence": None, "schedule": None, "dedup_key_template": "{rule}", "cooldown_seconds": 0, "channels": (),
}  # fmt: skip


def _read(parse: Any, value: Any) -> None:
    try:
        parse(value)
    except InvalidInput as error:
        raise PydanticCustomError("invalid", "{message}", {"message": str(error)}) from error


class RuleOut(Output):
    """When an event becomes an alert."""

    id: uuid.UUID
    name: str
    description: str | None
    enabled: bool
    severity: Severity
    risk_threshold: int | None
    object_types: list[str] | None
    camera_ids: list[str] | None
    zone_ids: list[int] | None
    min_confidence: float | None
    schedule: dict[str, Any] | None
    conditions: dict[str, Any]
    dedup_key_template: str
    cooldown_seconds: int
    channels: list[int]
    created_at: datetime
    updated_at: datetime | None


class RulesOut(Output):
    """All rules; there are never more than fit on one page."""

    items: list[RuleOut]


class AlertOut(Output):
    """An event that a rule found worth telling, with what lists show of the event."""

    id: uuid.UUID
    event_id: int
    incident_id: int | None
    camera_id: str
    camera_name: str
    rule_id: Annotated[uuid.UUID | None, Field(description="Null: the rule was deleted")]
    rule_name: str | None
    severity: Annotated[Severity, Field(description="The highest it ever had; `now` tells the present one")]
    status: Status
    late: Annotated[bool, Field(description="It became known more than 15 minutes after it was captured")]
    version: Annotated[int, Field(description="Raised by each rise of the severity")]
    why: str
    now: Annotated[dict[str, Any], Field(description="Score and severity of the event now, and if the rule holds")]
    summary: str
    risk_score: int
    started_at: datetime
    cover_detection_id: int | None
    snooze_until: datetime | None
    silent_until: Annotated[
        datetime | None, Field(description="Event time: until then nothing as severe of its key is told again")
    ]
    channels: list[int]
    created_at: datetime
    updated_at: datetime | None
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    dismissed_at: datetime | None

    @classmethod
    def from_row(cls, row: Mapping[Any, Any], **more: Any) -> "AlertOut":
        details = row["metadata"]
        now = {name: details.get(name) for name in ("score", "severity", "holds")}
        return super().from_row(row, why=details.get("why", ""), now=now, **more)


class DeliveryOut(Output):
    """One notification of an alert."""

    id: int
    alert_version: int
    step: Annotated[int, Field(description="Of the escalation; 0 is told at once")]
    channel_id: int
    channel_name: str
    state: Literal["pending", "delivered", "failed", "suppressed"]
    attempts: int
    next_try: datetime
    error: Annotated[str | None, Field(description="Why it failed or was suppressed")]
    created_at: datetime
    delivered_at: datetime | None


class AlertDetail(AlertOut):
    """An alert with its notifications."""

    deliveries: list[DeliveryOut]


class SettledOut(Output):
    """How many alerts changed."""

    changed: int


class BacktestIn(Input):
    """A rule that is not saved, and how far to look back."""

    rule: RuleIn
    rule_id: Annotated[uuid.UUID | None, Field(description="The rule that it would replace")] = None
    days: Annotated[int, Field(ge=1, le=90)] = 14


class TriedEvent(Output):
    """An event of the past, with its picture."""

    event_id: int
    incident_id: int | None
    camera_id: str
    camera_name: str
    summary: str
    risk_score: int
    risk_level: str
    started_at: datetime
    cover_detection_id: int | None


class WouldAlertOut(TriedEvent):
    """An event that the rule would have told of."""

    severity: Severity
    why: str


class MissedOut(TriedEvent):
    """The worst event of an incident that was worth telling, and of which the rule would not have told."""

    feedback: str | None
    told_by_others: Annotated[bool, Field(description="Another rule told of the incident")]


class BacktestOut(Output):
    """What a rule would have told, by the same decisions as live."""

    days: Annotated[float, Field(description="That the events span")]
    events: Annotated[int, Field(description="That were looked at: at most the newest 20,000")]
    complete: Annotated[bool, Field(description="False: the oldest of these days were left out")]
    held: Annotated[int, Field(description="Events of which the rule holds, before alerts of one key became one")]
    alerts: int
    per_day: float
    by_camera: dict[str, int]
    by_severity: dict[str, int]
    false_positives: Annotated[int, Field(description="Alerts of events that you called false")]
    items: Annotated[list[WouldAlertOut], Field(description="The newest 50")]
    missed_count: int
    missed: Annotated[list[MissedOut], Field(description="The 20 worst: scored 60 or more, or marked as missed")]
