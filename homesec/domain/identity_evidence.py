"""Who it is, as far as that is known: members with their trust, visitors, strangers, vehicles."""

from homesec.domain.case import LATE, Case
from homesec.domain.evidence import item
from homesec.domain.risk import Evidence
from homesec.domain.scene_facts import Identity, Member

TRUSTED_CEILING = 20
_AGREED = {"full": -2.5, "partial": -1.8, "monitor": -0.5}  # log-odds, at an agreed time and place
_OTHER_TIME = {"full": -1.5, "partial": -0.3, "monitor": 0.7}
_OTHER_PLACE = {"full": -0.7, "partial": 0.2, "monitor": 0.7}
_ODD_HOUR = 0.5  # besides, at night, of who is not fully trusted
_VISITOR, _DISTRUSTED = -1.2, 1.0
_STRANGER = 0.1  # most who come by are strangers
_REGULAR, _VISITS = -0.4, 3  # who came by day so often in a week has a reason
_RETURNS = 0.3  # who comes back to linger, or by night, is worse for it
_OWN_VEHICLE, _WITH_OWN_VEHICLE = -1.5, -0.8
VEHICLE_CEILING = 15


def identity(case: Case) -> list[Evidence]:
    """Who the person is."""
    who = case.track.identity
    if case.kind != "person" or who is None:
        return []
    if case.member is not None:
        return _member(case, case.member, who.source)
    if who.kind == "visitor":
        if who.distrusted:
            return [item("identity", "identity", "somebody the owner distrusts", _DISTRUSTED, "distrusted", who.source)]
        return [item("identity", "identity", "somebody who is known as a visitor", _VISITOR, "visitor", who.source)]
    if who.kind == "unknown":
        return [item("identity", "identity", "nobody who is known", _STRANGER, "unknown", who.source)]
    if who.kind == "member":  # of whom the household knows nothing more
        return [item("identity", "identity", "a known person", _VISITOR, None, who.source)]
    return [item("identity", "identity", "nobody can tell who it is", 0.0, "not_identifiable", who.source)]


def _member(case: Case, member: Member, source: str | None) -> list[Evidence]:
    role, trust = member.role.replace("_", " "), f"{member.trust} trust"
    if case.is_trusted:
        said = f"a member of the household ({role}, {trust}), where and when that is agreed"
        return [item("identity", "identity", said, _AGREED["full"], member.role, source, ceiling=TRUSTED_CEILING)]
    if case.forbidden is not None:
        said = f"a member of the household ({role}, {trust}) in the zone {case.forbidden.name}, where others may be"
        weight = _OTHER_PLACE[member.trust]
    elif not case.is_on_time:
        said = f"a member of the household ({role}, {trust}) at another time than usual"
        weight = _OTHER_TIME[member.trust]
        if member.trust != "full" and case.night >= LATE:
            weight += _ODD_HOUR
    else:
        said, weight = f"a member of the household ({role}, {trust}), when that is agreed", _AGREED[member.trust]
    return [item("identity", "identity", said, weight, member.role, source)]


def earlier_visits(case: Case) -> list[Evidence]:
    """Somebody without a name who was here before: a regular, unless they linger or come by night."""
    times, who = case.track.seen_before, case.track.identity
    if case.kind != "person" or not times or who is None or who.kind not in ("unknown", "not_identifiable"):
        return []
    said = f"seen {times} times in the last days" if times > 1 else "seen once in the last days"
    if case.night >= LATE or case.is_alarming:
        return [item("seen_before", "identity", said, 0.0 if case.is_street_only else _RETURNS, times, who.source)]
    return [item("seen_before", "identity", said, _REGULAR if times >= _VISITS else 0.0, times, who.source)]


def vehicle(case: Case) -> list[Evidence]:
    """A vehicle that belongs here, by itself or with somebody who comes or goes with it."""
    if case.kind == "vehicle":
        known = case.track.vehicle
        if known is None or known.name != "registered":
            return []
        said = "a vehicle that the owner registered"
        return [item("vehicle", "identity", said, _OWN_VEHICLE, "registered", known.source, ceiling=VEHICLE_CEILING)]
    if case.kind != "person" or not _could_be_anybody(case.track.identity) or case.is_alarming:
        return []
    owns = [track.vehicle for track in case.scene.tracks if track.vehicle and track.vehicle.name == "registered"]
    if not owns:
        return []
    said = "with a vehicle that the owner registered"
    return [item("vehicle", "identity", said, _WITH_OWN_VEHICLE, "registered", owns[0].source)]


def _could_be_anybody(who: Identity | None) -> bool:
    return who is None or who.kind == "not_identifiable"
