"""What is known besides the one who is judged: other cameras, this camera's view, what was unusual in its zones."""

from homesec.domain.case import LATE, Case, night
from homesec.domain.evidence import item
from homesec.domain.risk import Evidence
from homesec.domain.scene_facts import Scene

_MINUTES = 10.0
_GOES_ROUND, _MOST_ROUND = 0.35, 0.8  # log-odds of each further camera
_CHANGES = {"view_blocked": 2.2, "view_tampered": 2.5, "angle_changed": 1.8, "unknown": 0.4}  # beside somebody
_ALONE = {"view_blocked": 1.6, "view_tampered": 2.4, "angle_changed": 1.5, "unknown": 0.5}  # fog, wind and spiders
_BY_NIGHT = 0.6
_STREET = 0.35  # share, of who is seen in the street only
_PARKED = 0.5  # share: a truck before the lens
_UNUSUAL = 0.7  # log-odds of a critical anomaly
_SAID = {
    "view_blocked": "the camera's view is blocked", "view_tampered": "the camera was tampered with",
    "angle_changed": "the camera looks elsewhere", "unknown": "the camera's view changed",
}  # fmt: skip


def elsewhere(case: Case) -> list[Evidence]:
    """The same stranger on other cameras within minutes goes round the house; passers-by and couriers may."""
    seen = {
        one.camera: one
        for one in case.scene.elsewhere
        if one.same_entity and one.minutes_ago <= _MINUTES and one.entity in (None, case.track.entity)
    }
    weight = min(_GOES_ROUND * len(seen), _MOST_ROUND) * case.doubt
    if case.kind != "person" or not seen or case.is_street_only or case.has_purpose or weight == 0:
        return []
    one = min(seen.values(), key=lambda one: one.minutes_ago)
    return [item("other_cameras", "place", f"was seen by {', '.join(sorted(seen))} shortly before", weight,
                 len(seen), one.source)]  # fmt: skip


def view(case: Case) -> list[Evidence]:
    """The camera's view changed while somebody is there who could have done it."""
    change = case.scene.scene_change
    if change is None:
        return []
    if case.kind != "person":
        return view_alone(case.scene, _PARKED if case.kind == "vehicle" else 1.0)
    share = case.doubt * (_STREET if case.is_street_only else 0.4 if case.has_purpose else 1.0)
    said = f"{_SAID[change.name]} while somebody is there"
    return [item("scene_change", "camera", said, _CHANGES[change.name] * share, change.name, change.source, change.at)]


def view_alone(scene: Scene, share: float = 1.0) -> list[Evidence]:
    """The same with nobody there."""
    change = scene.scene_change
    if change is None:
        return []
    weight = share * (_ALONE[change.name] + (_BY_NIGHT if night(scene) >= LATE else 0.0))
    return [item("scene_change", "camera", f"{_SAID[change.name]}, and nobody is seen", weight, change.name,
                 change.source, change.at)]  # fmt: skip


def unusual(case: Case) -> list[Evidence]:
    """What was far from the habits of the zones: the farthest."""
    if case.kind not in ("person", "vehicle"):
        return []
    worst = max(case.scene.anomalies, key=lambda one: one.confidence, default=None)
    if worst is None or case.doubt == 0:
        return []
    weight = _UNUSUAL * worst.confidence * case.doubt
    return [item("anomaly", "habit", worst.name, weight, None, worst.source, worst.at)]
