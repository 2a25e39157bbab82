"""How good scores are against labels: false alarms, recall, AUROC, calibration error, ranges met."""

from collections.abc import Sequence
from dataclasses import dataclass

ALARM, FOUND = 30, 60  # scores from which a benign scene is a false alarm, and an incident is found
_BINS = 10


@dataclass(frozen=True)
class Judged:
    """A score beside what its author thinks."""

    score: int
    label: str | None
    expect: tuple[int, int] | None

    @property
    def is_met(self) -> bool | None:
        """Whether the score lies in its range; None: there is none."""
        return None if self.expect is None else self.expect[0] <= self.score <= self.expect[1]


@dataclass(frozen=True)
class Quality:
    """Shares of 0..1; None where there is nothing to measure."""

    scenes: int
    false_alarms: float | None
    """Of the benign scenes."""
    recall: float | None
    """Of the incidents."""
    auroc: float | None
    """Chance that an incident scores higher than a benign scene."""
    calibration_error: float | None
    """Expected calibration error of score / 100 against incident or benign, over ten bins (Naeini et al., 2015)."""
    ranges_met: float | None


def quality(judged: Sequence[Judged]) -> Quality:
    benign = [one.score for one in judged if one.label == "benign"]
    incidents = [one.score for one in judged if one.label == "incident"]
    met = [one.is_met for one in judged if one.is_met is not None]
    return Quality(
        scenes=len(judged),
        false_alarms=_share([score >= ALARM for score in benign]),
        recall=_share([score >= FOUND for score in incidents]),
        auroc=_auroc(incidents, benign),
        calibration_error=_calibration_error(incidents, benign) if incidents and benign else None,
        ranges_met=_share(met),
    )


def _share(truths: Sequence[bool]) -> float | None:
    return round(sum(truths) / len(truths), 4) if truths else None


def _auroc(positive: Sequence[int], negative: Sequence[int]) -> float | None:
    """Mann-Whitney: ties count half."""
    if not positive or not negative:
        return None
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return round(wins / (len(positive) * len(negative)), 4)


def _calibration_error(positive: Sequence[int], negative: Sequence[int]) -> float:
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for scores, truth in ((positive, True), (negative, False)):
        for score in scores:
            bins[min(score * _BINS // 100, _BINS - 1)].append((score / 100, truth))
    total = len(positive) + len(negative)
    gaps = (abs(sum(chance - truth for chance, truth in one)) for one in bins)
    return round(sum(gaps) / total, 4)
