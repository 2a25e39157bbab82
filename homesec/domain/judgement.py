"""A scene is as worrying as the most worrying one in it: evidence of each, combined where one fact explains another.

Everybody is judged by themselves, in what is known of the scene. So a trusted person never silences a stranger beside
them, and a dog says nothing about who walks it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from homesec.domain import around_evidence as around
from homesec.domain import body_evidence as body
from homesec.domain import hand_evidence as hand
from homesec.domain import identity_evidence as who
from homesec.domain import place_evidence as where
from homesec.domain import presence_evidence as seen
from homesec.domain.calibration import IDENTITY, Calibration
from homesec.domain.case import LATE, Case
from homesec.domain.evidence import item
from homesec.domain.habit_evidence import habit
from homesec.domain.risk import PRIOR, Evidence, Risk, assess
from homesec.domain.scene_facts import Scene
from homesec.domain.threat_evidence import threats, weapons

Source = Callable[[Case], list[Evidence]]
_SOURCES: tuple[Source, ...] = (
    seen.presence, seen.hour, seen.number, where.place, where.staying, where.lines, who.identity, who.earlier_visits,
    who.vehicle, body.face, body.pose, body.deed, hand.hands, threats, around.elsewhere, around.view, around.unusual,
    habit,
)  # fmt: skip
_RANKS = {"person": 3, "vehicle": 2, "animal": 1, "thing": 0}
_PASSES, _PASSES_S = -0.3, 90.0  # log-odds; a stay that is still a passing
_ALIKE = 0.6  # weight of staying from which, at night at the house, it is more than both
_NIGHT_STAY, _CONCEALED = 0.5, 0.5
_COMPANY = -0.8
_FORCE, _HARM = frozenset({"violence", "breaking in", "climbing"}), frozenset({"damage", "theft"})
_DAMAGE, _TRIES, _STAYS = 90, 84, 78  # the highest scores of who damages or takes, of who tries, of who only stays
_AT_THE_HOUSE = frozenset({"entry_point", "restricted", "yard", "driveway"})


@dataclass(frozen=True)
class _Judged:
    case: Case
    items: tuple[Evidence, ...]
    risk: Risk


def judge(scene: Scene, calibration: Calibration = IDENTITY) -> Risk:
    """The score of a scene with the evidence that decides it."""
    cases = [Case(scene, track) for track in scene.tracks]
    rank = max((_RANKS[case.kind] for case in cases), default=None)
    if rank is None:
        return assess([*around.view_alone(scene), *weapons(scene.threats, 1.0, None)], PRIOR, calibration)
    judged = [_judged(case, calibration) for case in cases if _RANKS[case.kind] == rank]
    worst = max(judged, key=lambda one: (one.risk.score, _free(one), len(one.items)))
    return assess([*worst.items, *_others(worst, judged)], PRIOR, calibration)


def _judged(case: Case, calibration: Calibration) -> _Judged:
    items = [one for source in _SOURCES for one in source(case)]
    items += _together(case, items)
    risk = assess(items, PRIOR, calibration)
    if (most := _most(case)) is not None and risk.score > most:
        said = "nothing is forced and no weapon is seen"
        risk = assess([*items, item("nothing_forced", "pattern", said, 0.0, ceiling=most)], PRIOR, calibration)
    return _Judged(case, risk.evidence, risk)


def _free(one: _Judged) -> float:
    return sum(item.weight for item in one.items)


def _others(worst: _Judged, judged: Sequence[_Judged]) -> list[Evidence]:
    """That others are there, which neither raises nor lowers."""
    if worst.case.kind != "person" or worst.case.is_trusted:
        return []
    trusted = sum(1 for one in judged if one.case.is_trusted)
    if not trusted:
        return []
    said = "somebody trusted is there too, which speaks for nobody else"
    return [item("trusted_beside", "presence", said, 0.0, trusted)]


def _together(case: Case, items: Sequence[Evidence]) -> list[Evidence]:
    """Facts that together say more, or less, than one by one."""
    if case.kind != "person" or case.doubt == 0:
        return []
    found = []
    duration = sum(one.weight for one in items if one.family == "duration")
    is_late, is_near = case.night >= LATE, bool(case.zone_types & _AT_THE_HOUSE)
    seconds = max([stay.seconds for _, stay in case.stays], default=0.0)
    if case.is_street_only and seconds <= _PASSES_S and not case.is_alarming and not hand.is_taking(case):
        found.append(item("passing", "pattern", "passes by in the street", _PASSES))
    deed_alarms = case.deed is not None and case.deed.alarms
    if is_late and is_near and duration >= _ALIKE * case.doubt and not deed_alarms:
        found.append(item("night_stay", "pattern", "stays at the house by night", _NIGHT_STAY * case.doubt))
    covered = case.track.face is not None and case.track.face.name == "covered"
    crouches = case.track.pose is not None and case.track.pose.name == "crouching"
    if is_near and covered and (is_late or crouches) and not case.has_purpose:
        found.append(item("concealed", "pattern", "comes near without being seen", _CONCEALED * case.doubt))
    if case.doubt >= 1.0 and not case.is_alarming and not hand.is_taking(case) and _is_in_company(case):
        found.append(item("company", "pattern", "together with a member of the household", _COMPANY))
    return found


def _most(case: Case) -> int | None:
    """However much speaks against somebody: critical is what is forced, damaged, taken or done with a weapon."""
    if case.kind != "person":
        return None
    track, group = case.track, None if case.deed is None or not case.deed.alarms else case.deed.group
    if case.scene.scene_change or track.threats or case.scene.threats or hand.has_means(case) or group in _FORCE:
        return None
    return _DAMAGE if group in _HARM or hand.is_taking(case) else _TRIES if group else _STAYS


def _is_in_company(case: Case) -> bool:
    """In the same zone as a trusted member; somebody with a covered face keeps no company."""
    if case.track.face is not None and case.track.face.name == "covered":
        return False
    return any(other.is_trusted for other in case.companions)
