"""Who the tracks of a batch are, as far as faces and what was seen again tell. Members are ids here, never names."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import RowMapping

from homesec.analyse.facts import Facts, source
from homesec.domain.evidence import kind
from homesec.domain.scene_facts import Identity, Member, Said
from homesec.domain.schedules import parse_spans
from homesec.errors import InvalidInput

_A_WEEK = timedelta(days=7)


def members(facts: Facts) -> dict[str, Member]:
    return {
        str(row["id"]): Member(str(row["id"]), row["role"], row["trusted_level"], _schedule(row["schedule"]),
                               f"household_members:{row['id']}")
        for row in facts.members
    }  # fmt: skip


def _schedule(text: str | None) -> str | None:
    """A schedule that cannot be read is not known."""
    try:
        parse_spans(text or "")
    except InvalidInput:
        return None
    return text


def identity(facts: Facts, track: RowMapping, faces: Sequence[RowMapping]) -> Identity | None:
    """By what the track is seen again as, or else by its faces. Nothing is said of whom nothing looked at."""
    entity, known = track["entity_metadata"], track["entity_id"]
    if known is not None:
        where = f"entities:{known}"
        if (member := _number(entity.get("member_id"))) is not None and str(member) in members(facts):
            return Identity("member", str(member), where)
        if (person := _number(entity.get("person_id"))) is not None:
            return _person(facts, person, where)
        if track["trust_status"] != "unknown":
            return Identity("visitor", None, where, distrusted=track["trust_status"] == "untrusted")
    matched = next((face for face in faces if face["outcome"] == "match" and face["matched_person_id"]), None)
    if matched is not None:
        return _person(facts, matched["matched_person_id"], source("faces", matched))
    for outcome in ("unknown", "not_identifiable"):
        face = next((face for face in faces if face["outcome"] == outcome), None)
        if face is not None:
            return Identity(outcome, None, source("faces", face))
    return None if known is None else Identity("not_identifiable", None, f"entities:{known}")


def _person(facts: Facts, person_id: int, where: str) -> Identity:
    for member in facts.members:
        if member["known_person_id"] == person_id:
            return Identity("member", str(member["id"]), where)
    return Identity("visitor", None, where)


def seen_before(track: RowMapping, until: datetime) -> int | None:
    """Visits in the seven days before the one that goes on `until` then; None of whom it is not known whether they
    were seen.
    """
    if track["entity_id"] is None:
        return None
    visits = [datetime.fromisoformat(at) for at in track["entity_metadata"].get("visits", [])]
    began = sorted(at for at in visits if at <= until)
    return sum(1 for at in began[:-1] if at >= until - _A_WEEK)


def vehicle(facts: Facts, track: RowMapping) -> Said | None:
    if track["entity_id"] is None or kind(track["object_class"]) != "vehicle":
        return None
    is_ours = _number(track["entity_metadata"].get("vehicle_id")) in facts.vehicles
    return Said("registered" if is_ours else "unknown", 1.0, f"entities:{track['entity_id']}")


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, int | str) and str(value).isdigit() else None
