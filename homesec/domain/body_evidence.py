"""Face, pose and deed of a person."""

from homesec.domain.case import DEEP, EDGE, LATE, Case
from homesec.domain.evidence import item
from homesec.domain.risk import Evidence

_COVERED = 0.7  # log-odds
_COLD_MONTHS = frozenset({11, 12, 1, 2, 3})
_COLD, _ON_STREET = 0.45, 0.3  # shares: scarves are worn in winter, and masks in the street
_POSES = {"crouching": 0.5, "arms_raised": 0.2, "lying_down": 0.7}  # log-odds
BREAK_IN_FLOOR = 85
SURE = 0.65  # from this confidence on a break-in is taken for one
_UNTIMELY = 0.5  # share of what calms that is left in the middle of the night: who mows then?
_STRANGER_ONLY = frozenset({"pickup"})


def face(case: Case) -> list[Evidence]:
    """A covered face, of somebody of whom it is not known who they are."""
    said = case.track.face
    if case.kind != "person" or said is None or said.name != "covered":
        return []
    weight = _COVERED * case.doubt
    local = case.scene.local_time
    is_cold = local is not None and local.month in _COLD_MONTHS
    if case.is_street_only:
        weight *= _ON_STREET
    elif case.has_purpose or (case.night < LATE and (is_cold or (case.deed is not None and case.deed.weight < 0))):
        weight *= _COLD
    text = "the face is covered" + (", as many are in winter" if is_cold else "")
    return [item("face", "manner", text, weight, "covered", said.source, said.at)] if weight else []


def pose(case: Case) -> list[Evidence]:
    """How somebody holds the body, as far as nothing explains it."""
    said = case.track.pose
    if case.kind != "person" or said is None:
        return []
    weight = _POSES.get(said.name, 0.0) * case.doubt * min(said.confidence / 0.7, 1.0)
    if weight == 0 or case.has_purpose or (case.deed is not None and case.deed.weight < 0):
        return []
    return [item("pose", "manner", said.name.replace("_", " "), weight, said.name, said.source, said.at)]


def deed(case: Case) -> list[Evidence]:
    """What somebody does, by its meaning."""
    done = case.deed
    if case.kind != "person" or done is None:
        return []
    said, weight, floor = done.said, done.weight, None
    if done.weight > 0:
        weight *= case.doubt
        if done.group in _STRANGER_ONLY and (case.track.identity is None or case.track.identity.kind != "unknown"):
            weight *= 0.5
        if done.group == "breaking in" and said.confidence >= SURE and case.doubt >= 1.0:
            floor = BREAK_IN_FLOOR
    else:
        untimely = case.doubt >= 1.0 and case.night >= DEEP
        weight *= _UNTIMELY if untimely else 1.0
        if done.group == "work" and case.night > EDGE and case.doubt >= 1.0:
            weight *= _UNTIMELY
    family = "duration" if done.group == "lingering" else "action"  # it says what the time says
    with_others = "with somebody who is " if done.is_shared else ""
    text = f"{with_others}{said.name.replace('_', ' ')} ({done.group}), {said.confidence:.0%} sure"
    return [item("action", family, text, weight, said.name, said.source, said.at, floor=floor)]
