"""What a rule would have told: the same decisions as live, on events that are over."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from homesec.domain.alert_rule import Rule
from homesec.domain.alerts import Decision, Happening, decide, key, rank, severity

WORTH = 60  # from this score on an incident is one that the owner wants to hear of
KEPT = 200  # alerts that are shown


class Cooldowns:
    """When alerts of one key were told last, in event time: what the table of cooldowns is to the live system."""

    def __init__(self) -> None:
        self._until: dict[str, tuple[datetime, str]] = {}

    def take(self, name: str, at: datetime, word: str, lasts: timedelta) -> bool:
        """Whether it may be told; when not, the time of silence slides on."""
        until, told = self._until.get(name, (None, word))
        if until is None or at > until or rank(told) < rank(word):
            self._until[name] = at + lasts, word
            return True
        self._until[name] = max(until, at + lasts), told
        return False


@dataclass(frozen=True)
class Past:
    """A stored event with what became of it."""

    happening: Happening
    feedback: str | None
    told_by_others: bool
    """An alert of another rule stands for it."""


@dataclass(frozen=True)
class WouldAlert:
    """An alert that the rule would have raised."""

    event_id: int
    severity: str
    why: str


@dataclass
class Trial:
    """A rule on trial; events come in the order of time."""

    rule: Rule
    events: int = 0
    held: int = 0
    """Events of which the rule holds."""
    by_camera: Counter[str] = field(default_factory=Counter)
    by_severity: Counter[str] = field(default_factory=Counter)
    false_positives: int = 0
    """Alerts of events that the owner called false."""
    alerts: list[WouldAlert] = field(default_factory=list)
    """The newest KEPT."""
    _cooldowns: Cooldowns = field(default_factory=Cooldowns)
    _worth: dict[int, Past] = field(default_factory=dict)
    _told: set[int] = field(default_factory=set)
    _by_others: set[int] = field(default_factory=set)

    def add(self, past: Past) -> None:
        happening = past.happening
        self.events += 1
        incident = -happening.event_id if happening.incident_id is None else happening.incident_id
        if past.told_by_others:
            self._by_others.add(incident)
        decision = decide(self.rule, happening)
        if decision.holds:
            self._hold(past, decision)
            self._told.add(incident)
        concerns = self.rule.camera_ids is None or happening.camera_id in self.rule.camera_ids
        if concerns and (happening.score >= WORTH or past.feedback == "missed_threat"):
            worst = self._worth.get(incident)
            if worst is None or worst.happening.score < happening.score:
                self._worth[incident] = past

    def _hold(self, past: Past, decision: Decision) -> None:
        self.held += 1
        happening = past.happening
        word = severity(self.rule, happening.score)
        name = key(self.rule, happening, decision.thing)
        if not self._cooldowns.take(name, happening.at, word, self.rule.cooldown):
            return
        self.by_camera[happening.camera_id] += 1
        self.by_severity[word] += 1
        self.false_positives += past.feedback == "false_positive"
        self.alerts.append(WouldAlert(happening.event_id, word, decision.why))
        del self.alerts[:-KEPT]

    @property
    def total(self) -> int:
        return self.by_camera.total()

    def missed(self) -> list[tuple[Past, bool]]:
        """The worst event of each incident that it would have missed, and whether another rule told of it."""
        found = [(past, incident in self._by_others) for incident, past in self._worth.items()
                 if incident not in self._told]  # fmt: skip
        return sorted(found, key=lambda one: (one[1], -one[0].happening.score, one[0].happening.event_id))
