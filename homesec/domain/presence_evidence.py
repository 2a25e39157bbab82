"""That something is seen, when, and how many there are."""

from homesec.domain.case import DEEP, LATE, Case
from homesec.domain.evidence import article, item
from homesec.domain.risk import Evidence
from homesec.domain.scene_facts import Scene

_PRESENCE = {"person": 1.95, "vehicle": 0.9, "animal": -0.6, "thing": 0.3}  # log-odds of what is surely seen
_SURE = 0.8  # a detector that is so sure is hardly ever wrong
_NIGHT = {"person": 1.0, "vehicle": 0.4}  # log-odds in the deep of the night
_ON_STREET = 0.3  # share of the night that counts where everybody may be
_ONE_MORE, _MOST_MORE = 0.15, 0.6  # log-odds of every further person


def presence(case: Case) -> list[Evidence]:
    """Its class, as far as the detector is sure; an animal alone is never more than a notice."""
    track = case.track
    weight = _PRESENCE[case.kind] * min(track.confidence / _SURE, 1.0)
    said = f"{article(track.object_class)} is seen, {track.confidence:.0%} sure"
    items = [item("class", "presence", said, weight, track.object_class, track.source, track.at)]
    if case.kind == "animal":
        items.append(item("only_animals", "presence", "nothing but animals is seen", 0.0, ceiling=5))
    return items


def hour(case: Case) -> list[Evidence]:
    """Night, as far as it matters for this one here."""
    weight = _NIGHT.get(case.kind, 0.0) * case.night * case.doubt * (_ON_STREET if case.is_street_only else 1.0)
    if abs(weight) < 0.02:
        return []
    when = {DEEP: "in the middle of the night", LATE: "at night"}.get(case.night, "when it is dark or early or late")
    local = case.scene.local_time
    clock = "" if local is None else f" ({local:%H:%M} local time)"
    value = None if local is None else f"{local:%H:%M}"
    return [item("local_time", "manner", when + clock, weight, value, case.track.source, case.track.at)]


def number(case: Case) -> list[Evidence]:
    """Others beside this person whom nothing speaks for."""
    persons = _persons(case.scene)
    weight = min(_ONE_MORE * (persons - 1), _MOST_MORE) * case.doubt
    if persons < 2 or weight == 0 or (case.deed is not None and case.deed.weight < 0):
        return []
    said = f"{persons} persons, and nothing is known that explains it"
    return [item("group_size", "manner", said, weight, persons)]


def _persons(scene: Scene) -> int:
    cases = [Case(scene, track) for track in scene.tracks]
    doubtful = sum(1 for case in cases if case.kind == "person" and case.doubt >= 1.0)
    return doubtful if scene.at_once is None else min(doubtful, scene.at_once)
