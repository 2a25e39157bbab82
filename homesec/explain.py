"""Why an event scores what it scores, in lines for a terminal, with the score computed again from what is stored."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from homesec.domain.calibration import IDENTITY, Calibration
from homesec.domain.risk import SCORER, level, recompute


def recomputed(audit: Mapping[str, Any]) -> int:
    """The score that the stored evidence of one revision gives."""
    curve = IDENTITY if audit["calibration"] is None else Calibration.from_params(audit["calibration"])
    return recompute(audit["evidence"], audit["prior"], curve)


def explained(event: Mapping[str, Any], audits: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The newest revision item by item, then how the score came to be. `audits` are newest first."""
    yield f"event {event['id']} at {event['camera_name']}, {event['started_at']}: {event['summary']}"
    yield f"risk {event['risk_score']} ({event['risk_level']}), from {event['risk_source']}"
    if not audits:
        yield "no evidence is stored"
        return
    newest = audits[0]
    yield f"{newest['prior']:+8.2f}  before anything is known"
    for item in sorted(newest["evidence"], key=lambda item: -abs(item["weight"])):
        where = f"[{item['family']}; {item.get('source', 'no row')}]"
        yield f"{item['weight']:+8.2f}  {item['text']}{_bounds(item)}  {where}"
    for audit in audits:
        score = f"{audit['score']} ({level(audit['score'])})"
        yield f"revision {audit['revision']}: {score}, {audit['cause']}, {_check(audit)}"


def _bounds(item: Mapping[str, Any]) -> str:
    bounds = {"floor": "never below", "ceiling": "never above"}
    words = [f"{word} {item[key]}" for key, word in bounds.items() if key in item]
    return f" ({', '.join(words)})" if words else ""


def _check(audit: Mapping[str, Any]) -> str:
    if audit["scorer"] != SCORER:
        return f"computed by {audit['scorer']}; this version has {SCORER}"
    score = recomputed(audit)
    return "computed again: the same" if score == audit["score"] else f"COMPUTED AGAIN: {score}"
