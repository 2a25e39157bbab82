"""Judging a batch: read what is known, make the scene, weigh it, write what changed."""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.analyse.facts import BETTER_KNOWN, Facts, Rows, batch, facts
from homesec.analyse.scene import scene
from homesec.domain.calibration import IDENTITY, Calibration
from homesec.domain.evidence import kind
from homesec.domain.judgement import judge
from homesec.domain.risk import Risk
from homesec.store.sessions import database_errors
from homesec.store.writes.batches import MAX_ATTEMPTS
from homesec.store.writes.events import SaveEvent
from homesec.store.writes.senses import NothingNew
from homesec.store.writes.unit import Unit

_BATCH_OF = text("SELECT batch_id FROM events WHERE id = :id AND deleted_at IS NULL")


class Analysis:
    """Judges batches. An LLM speaks later, from a queue of its own, and never here: a score waits for nobody."""

    def __init__(self, engine: AsyncEngine, write: Callable[[Unit], Awaitable[Any]], timezone: str) -> None:
        self._engine, self._write, self._timezone = engine, write, timezone

    async def better_known(self, limit: int) -> list[int]:
        """Batches of which more is known than when they were judged. Raises Unavailable while PostgreSQL is away."""
        with database_errors():
            async with self._engine.connect() as connection:
                found = await connection.execute(BETTER_KNOWN, {"most": MAX_ATTEMPTS, "limit": limit})
                return list(found.scalars())

    async def analyse(self, batch_id: int) -> int | None:
        """Judge the batch as it is now; gives the event's id, or None when there is nothing new to say.

        A batch that grew is an event at a new revision. One of which only more is known by now is one when its
        evidence or score is another. Raises Unavailable while PostgreSQL or the writer is away.
        """
        return await self._analyse(batch_id, None)

    async def reanalyse(self, event_id: int, cause: str) -> int | None:
        """Judge an event again with what is known now, as a revision of that cause, which is made once.

        Gives its id, or None when the event is gone or that revision is made. Raises Unavailable.
        """
        with database_errors():
            async with self._engine.connect() as connection:
                batch_id = await connection.scalar(_BATCH_OF, {"id": event_id})
        return None if batch_id is None else await self._analyse(batch_id, cause)

    async def _analyse(self, batch_id: int, again: str | None) -> int | None:
        started = time.monotonic()
        with database_errors():
            async with self._engine.connect() as connection:
                # one snapshot, so that the revision stands for exactly these detections
                await connection.execution_options(isolation_level="REPEATABLE READ")
                found = await batch(connection, batch_id, self._timezone)
                if found is None or not found["eventful"]:
                    return None
                if again is None and not (_has_grown(found) or _is_better_known(found)):
                    return None
                local = found["started_at"].astimezone(ZoneInfo(found["timezone"])).replace(tzinfo=None)
                known = await facts(connection, found, local)
        if known is None:
            return None
        risk = judge(scene(known, local), _calibration(known.calibration))
        cause = again or _cause(found, known.last, risk)
        if cause is None:
            await self._write(NothingNew(batch_id, found["senses_revision"]))
            return None
        written: int | None = await self._write(_event(known, risk, cause, started, again is not None))
        return written


def _has_grown(found: RowMapping) -> bool:
    return bool(found["analysed_revision"] < found["revision"])


def _is_better_known(found: RowMapping) -> bool:
    return bool(found["judged_senses"] < found["senses_revision"])


def _calibration(row: RowMapping | None) -> Calibration:
    return IDENTITY if row is None else Calibration.from_params(row["params"], row["id"])


def _cause(found: RowMapping, last: RowMapping | None, risk: Risk) -> str | None:
    """`batch:7`, or `enrich:3:action,face` of the kinds of evidence that are new; None when nothing is."""
    if _has_grown(found) or last is None:
        return f"batch:{found['revision']}"
    before = {(item["kind"], item["text"]): item["weight"] for item in last["evidence"]}
    now = {(item.kind, item.text): item.weight for item in risk.evidence}
    if now == before and risk.score == last["score"]:
        return None
    changed = {key[0] for key in {*before, *now} if before.get(key) != now.get(key)}
    return f"enrich:{found['senses_revision']}:{','.join(sorted(changed)) or 'score'}"


def _event(known: Facts, risk: Risk, cause: str, started: float, again: bool) -> SaveEvent:
    found, rows = known.batch, known.detections
    seconds = (found["last_at"] - found["started_at"]).total_seconds()
    return SaveEvent(
        batch_id=found["id"],
        batch_revision=found["revision"],
        senses_revision=found["senses_revision"],
        cause=cause,
        camera_id=found["camera_id"],
        started_at=found["started_at"],
        ended_at=found["last_at"],
        closed=found["status"] == "closed",
        risk=risk,
        summary=_summary(rows, seconds),
        reasoning=_reasoning(risk),
        object_types=tuple(name for name, _ in Counter(row["object_type"] for row in rows).most_common()),
        detection_ids=tuple(row["id"] for row in rows),
        cover_detection_id=max(rows, key=_cover_rank)["id"],
        models={"detector": sorted({row["model"] for row in rows})},
        latency_s=round(time.monotonic() - started, 4),
        again=again,
    )


def _cover_rank(row: RowMapping) -> tuple[bool, float]:
    return kind(row["object_type"]) == "person", float(row["confidence"])


def _summary(rows: Rows, seconds: float) -> str:
    """What was seen at most at once, and for how long: `2 persons and 1 bus, for 12 s`."""
    at_once: Counter[str] = Counter()
    frames: dict[tuple[int, int], Counter[str]] = {}
    for row in rows:
        frames.setdefault((row["upload_id"], row["frame_no"]), Counter())[row["object_type"]] += 1
    for counts in frames.values():
        at_once |= counts
    ranked = sorted(at_once.items(), key=lambda item: (kind(item[0]) != "person", -item[1], item[0]))
    words = [f"{count} {name}{'s' if count > 1 else ''}" for name, count in ranked[:4]]
    return _listed(words) + (f", for {seconds:.0f} s" if seconds >= 1 else "")


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _reasoning(risk: Risk) -> str:
    parts = sorted(risk.evidence, key=lambda item: -abs(item.weight))
    return "; ".join(item.text for item in parts) + "."
