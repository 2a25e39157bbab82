"""How surprising it is that something is seen here at this hour, as evidence."""

import math

from homesec.domain.baselines import tail
from homesec.domain.risk import Evidence

_EVERYDAY = 0.1  # a chance that says nothing either way
_A_DECADE = 0.35  # log-odds for each factor of ten that it is less likely
_CALMS, _ALARMS = -0.35, 1.05  # log-odds: what is usual calms little, and what is rare is not yet bad


def surprise(
    object_class: str, seen: int, mean: float, variance: float, samples: int, source: str, at: str
) -> Evidence | None:
    """One item from the habit of the class at this hour (objects an hour); None until that is learned.

    `seen` counts those of this hour so far, this one too. The weight follows the logarithm of the chance that so many
    or more are seen.
    """
    chance = tail(max(seen, 1), mean, variance, samples)
    if chance is None:
        return None
    weight = min(max(_A_DECADE * math.log10(_EVERYDAY / max(chance, 1e-12)), _CALMS), _ALARMS)
    if abs(weight) < 0.05:
        return None
    rare = weight > 0
    usual = f"{mean:.1f} an hour are usual" if mean >= 0.1 else "almost none is usual"
    many = f"{seen} of class {object_class} in this hour" if seen > 1 else f"a {object_class}"
    return Evidence(
        kind="baseline",
        family="habit",
        text=f"{many}: {'unusual' if rare else 'nothing unusual'} at this hour, {usual}",
        weight=round(weight, 4),
        value=round(chance, 6),
        source=source,
        at=at,
    )
