"""Rules of alerts, and what a rule would have told in the past. They concern all cameras."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from homesec.api.caller import Author, Caller, Operator, Overseer, Viewer
from homesec.api.problems import responses
from homesec.api.routes.alerts import known_uuid
from homesec.api.schemas.alerts import BacktestIn, BacktestOut, MissedOut, RuleIn, RuleOut, RulesOut, WouldAlertOut
from homesec.api.services import Services
from homesec.api.world import Posted, World
from homesec.domain.alert_rule import Rule
from homesec.errors import InvalidInput, NotFound
from homesec.store.queries import alerts, reading
from homesec.store.writes.alert_rules import CreateRule, DeleteRule, ReplaceRule, changed_at

router = APIRouter(prefix="/api/alert-rules", tags=["alerts"])

RuleId = Annotated[str, Path(max_length=36)]
Days = Annotated[int, Query(ge=1, le=90)]
IfMatch = Annotated[str | None, Header(max_length=50, description="The ETag, to change only what was seen")]
_DAY = timedelta(days=1)
_ALERTS, _MISSED = 50, 20  # that are shown


@router.get("", responses=responses())
async def list_rules(services: World, _: Overseer) -> RulesOut:
    """All of them, by name."""
    async with reading(services.database) as connection:
        rows = await alerts.rules(connection)
    return RulesOut(items=[RuleOut.from_row(row) for row in rows])


@router.post("", status_code=201, responses=responses(409))
async def create_rule(
    services: World, _: Operator, __: Overseer, by: Author, posted: Posted, body: RuleIn, response: Response
) -> RuleOut:
    """It judges events from now on."""
    return _out((await posted.write(CreateRule(body.values(services.settings.timezone), by), 201)).body, response)


@router.post("/backtest", responses=responses())
async def try_draft(services: World, _: Operator, __: Overseer, body: BacktestIn) -> BacktestOut:
    """What a rule would have told, before it is saved."""
    draft = {**body.rule.values(services.settings.timezone), "id": body.rule_id}
    return await _tried(services, Rule.parse(draft), body.days)


@router.get("/{rule_id}", responses=responses(404))
async def get_rule(services: World, caller: Viewer, rule_id: RuleId, response: Response) -> RuleOut:
    async with reading(services.database) as connection:
        return _out(await _rule(connection, caller, rule_id), response)


@router.put("/{rule_id}", responses=responses(404, 409, 412))
async def replace_rule(
    services: World,
    caller: Operator,
    by: Author,
    rule_id: RuleId,
    body: RuleIn,
    response: Response,
    if_match: IfMatch = None,
) -> RuleOut:
    """All of it; alerts that it raised stay."""
    known = await _find(services, caller, rule_id)
    unit = ReplaceRule(known, body.values(services.settings.timezone), _expected(if_match), by)
    return _out(await services.write(unit), response)


@router.delete("/{rule_id}", status_code=204, responses=responses(404, 412))
async def delete_rule(
    services: World, caller: Operator, by: Author, rule_id: RuleId, if_match: IfMatch = None
) -> None:
    """For good; alerts that it raised stay."""
    await services.write(DeleteRule(await _find(services, caller, rule_id), _expected(if_match), by))


@router.get("/{rule_id}/backtest", responses=responses(404))
async def try_rule(services: World, caller: Viewer, rule_id: RuleId, days: Days = 14) -> BacktestOut:
    """What the rule as it is now would have told."""
    async with reading(services.database) as connection:
        row = await _rule(connection, caller, rule_id)
    return await _tried(services, Rule.parse(dict(row)), days)


async def _tried(services: Services, rule: Rule, days: int) -> BacktestOut:
    now = datetime.now(UTC)
    async with reading(services.database) as connection:
        trial, first, is_complete = await alerts.trial(connection, rule, now - days * _DAY)
        told, missed = trial.alerts[: -_ALERTS - 1 : -1], trial.missed()
        shown = [alert.event_id for alert in told] + [past.happening.event_id for past, _ in missed[:_MISSED]]
        events = await alerts.events_by_id(connection, shown)
    span = max(1.0, (now - first) / _DAY) if first is not None else float(days)
    return BacktestOut(
        days=round(min(span, days), 2),
        events=trial.events,
        complete=is_complete,
        held=trial.held,
        alerts=trial.total,
        per_day=round(trial.total / min(span, days), 2),
        by_camera=dict(trial.by_camera),
        by_severity=dict(trial.by_severity),
        false_positives=trial.false_positives,
        items=[
            WouldAlertOut.from_row(events[one.event_id], event_id=one.event_id, severity=one.severity, why=one.why)
            for one in told
            if one.event_id in events
        ],
        missed_count=len(missed),
        missed=[
            MissedOut.from_row(
                events[past.happening.event_id],
                event_id=past.happening.event_id, feedback=past.feedback, told_by_others=by_others,
            )
            for past, by_others in missed[:_MISSED]
            if past.happening.event_id in events
        ],
    )  # fmt: skip


async def _rule(connection: AsyncConnection, caller: Caller, rule_id: str) -> RowMapping:
    row = await alerts.rule(connection, known_uuid(rule_id, "rule")) if caller.cameras is None else None
    if row is None:
        raise NotFound("there is no such rule")
    return row


async def _find(services: Services, caller: Caller, rule_id: str) -> uuid.UUID:
    async with reading(services.database) as connection:
        found: uuid.UUID = (await _rule(connection, caller, rule_id))["id"]
    return found


def _out(row: Mapping[Any, Any], response: Response) -> RuleOut:
    out = RuleOut.from_row(row)
    response.headers["ETag"] = f'"{changed_at(out.model_dump()).isoformat()}"'
    return out


def _expected(if_match: str | None) -> datetime | None:
    if if_match is None or if_match.strip() == "*":
        return None
    try:
        expected = datetime.fromisoformat(if_match.strip().removeprefix("W/").strip('"'))
    except ValueError as error:
        raise InvalidInput("If-Match: must be the ETag of the rule") from error
    if expected.tzinfo is None:
        raise InvalidInput("If-Match: must be the ETag of the rule")
    return expected
