"""How surprising it is that something is seen here at this hour."""

import math

from homesec.domain.baselines import MIN_SAMPLES, tail
from homesec.domain.case import Case
from homesec.domain.evidence import item
from homesec.domain.risk import Evidence
from homesec.domain.scene_facts import Baseline

_EVERYDAY = 0.1  # a chance that says nothing either way
_A_DECADE = 0.35  # log-odds for each factor of ten that it is less likely
_CALMS, _ALARMS = -0.35, 0.8  # log-odds: what is usual calms little, and what is rare is not yet bad
_NEVER = 0.4
_IN_PASSING = 0.3  # share, in the street


def habit(case: Case) -> list[Evidence]:
    """One item from the habit of the class at this hour (objects an hour); none until that is learned."""
    usual = case.scene.baseline
    if usual is None or case.kind not in ("person", "vehicle"):
        return []
    weight, text = _surprise(case.track.object_class, usual)
    weight *= (case.doubt if weight > 0 else 1.0) * (_IN_PASSING if case.is_street_only else 1.0)
    if abs(weight) < 0.05:
        return []
    return [item("baseline", "habit", text, weight, usual.seen, usual.source)]


def _surprise(name: str, usual: Baseline) -> tuple[float, str]:
    """The weight follows the logarithm of the chance that so many or more are seen."""
    if usual.mean is None:
        if usual.class_seen is None:
            return 0.0, ""
        return (0.0, "") if usual.class_seen else (_NEVER, f"a {name} is never seen at this hour")
    seen = max(usual.seen or 1, 1)
    variance = usual.mean if usual.variance is None else usual.variance
    chance = tail(seen, usual.mean, variance, MIN_SAMPLES if usual.samples is None else usual.samples)
    if chance is None:
        return 0.0, ""
    weight = min(max(_A_DECADE * math.log10(_EVERYDAY / max(chance, 1e-12)), _CALMS), _ALARMS)
    if usual.class_seen is False:
        weight = max(weight, _NEVER)
    many = f"{seen} of class {name} in this hour" if seen > 1 else f"a {name}"
    often = f"{usual.mean:.1f} an hour are usual" if usual.mean >= 0.1 else "almost none is usual"
    return weight, f"{many}: {'unusual' if weight > 0 else 'nothing unusual'} at this hour, {often}"
