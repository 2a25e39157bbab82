"""What an action in words means, and how much that weighs. Words that are in no group say nothing."""

from dataclasses import dataclass

from homesec.domain.deed_words import GROUPS
from homesec.domain.scene_facts import Said

UNSURE = 0.35  # below this confidence an alarming action counts only as far as it is sure
ALARMING = 0.6  # log-odds from which it is worse than staying for long


@dataclass(frozen=True)
class Deed:
    """An action that means something."""

    said: Said
    group: str
    weight: float
    """Log-odds, by meaning and confidence."""
    explains: bool
    is_shared: bool = False
    """It is a companion's."""

    @property
    def alarms(self) -> bool:
        """Worse than staying for long."""
        return self.weight >= ALARMING


def deed(said: Said) -> Deed | None:
    """What an action means; None: nothing that is known."""
    words = said.name.lower().replace("_", " ").replace("-", " ")
    group = next((one for one in GROUPS if one.words.search(words)), None)
    if group is None or group.weight == 0.0:
        return None
    return Deed(said, group.name, round(group.weight * _share(said.confidence, group.weight > 0), 4), group.explains)


def _share(confidence: float, alarms: bool) -> float:
    """A model that chooses among names is rarely sure, and rarely wrong by a whole group: half sure is much."""
    if not alarms or confidence < UNSURE:
        return confidence
    return min(0.5 + 0.6 * confidence, 1.0)
