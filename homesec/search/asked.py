"""What somebody typed into the search box, and two rankings made one."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

RRF = 60  # reciprocal rank fusion's constant (Cormack, Clarke and Buettcher 2009)

_PART = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


@dataclass(frozen=True)
class Asked:
    """A search in two readings."""

    words: str
    """As it was typed, for a search by words."""
    meaning: str
    """What is looked for in plain words: without what is excluded, quotes and `or`."""
    demands: str
    """What holds whichever way events are found: phrases and exclusions, as typed; empty if there are none."""

    @classmethod
    def read(cls, typed: str) -> "Asked":
        meant, demands = [], []
        for minus, phrase, word in _PART.findall(typed):
            said = (phrase or word).strip()
            if not re.search(r"\w", said):
                continue
            if minus or phrase:
                demands.append(f'{minus}"{said}"')
            if not minus and said.lower() != "or":
                meant.append(said)
        return cls(typed, " ".join(meant), " ".join(demands))


def fused(*rankings: Sequence[int]) -> list[tuple[int, float]]:
    """Ids and scores, best first: the sum over the rankings of 1 / (60 + place). Of equal ones the newest id first."""
    scores: defaultdict[int, float] = defaultdict(float)
    for ranking in rankings:
        for place, one in enumerate(ranking, 1):
            scores[one] += 1 / (RRF + place)
    return sorted(scores.items(), key=lambda item: (-item[1], -item[0]))


def after(ranked: Iterable[tuple[int, float]], last: tuple[float, int] | None) -> list[tuple[int, float]]:
    """What comes behind the last one that was shown."""
    return [(one, score) for one, score in ranked if last is None or (score, one) < last]
