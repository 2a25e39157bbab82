"""What the rules of a new system tell of a household: how often, of what, how soon, and what they do not tell."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from homesec.bench.accuracy.happenings import Happenings
from homesec.bench.report import Check, at_least, at_most
from homesec.bench.rounds import percentile
from homesec.sim.story import Story

FALSE_A_CAMERA_DAY, INCIDENTS = 0.2, 0.9
SHOWN = 8  # storylines of mistakes
# The pictures are older than the clock on the wall, so all is known late here; else it would have been sent.
_SENT = "(delivery.state <> 'suppressed' OR delivery.error = 'late')"
_ALERTS = f"""
    SELECT alerts.event_id, CAST(alerts.metadata ->> 'at' AS timestamptz), alerts.severity,
        (SELECT count(*) FROM notification_deliveries AS delivery WHERE delivery.alert_id = alerts.id AND {_SENT})
    FROM alerts ORDER BY 2, alerts.event_id
"""


class StoredAlert(NamedTuple):
    """An alert as far as the bench is concerned."""

    event: int
    at: datetime
    severity: str
    notifications: int


def listen(database: psycopg.Connection) -> None:
    """A phone that all rules tell."""
    database.execute("INSERT INTO notification_channels (name, kind) VALUES ('Phone', 'webhook')")


def alerts(database: psycopg.Connection) -> list[StoredAlert]:
    """All alerts by the event time at which they were raised."""
    return [StoredAlert(*row) for row in database.execute(_ALERTS).fetchall()]


@dataclass(frozen=True)
class Alerting:
    """What was told, against what happened."""

    alerts: Sequence[StoredAlert]
    happenings: Happenings
    stories: Mapping[str, Story]
    days: float
    cameras: int

    @property
    def notifications(self) -> int:
        return sum(alert.notifications for alert in self.alerts)

    def false(self) -> Counter[str]:
        """Notifications of events in which nothing but what is harmless plays, by storyline."""
        found: Counter[str] = Counter()
        for alert in self.alerts:
            names = self.happenings.stories_of(alert.event)
            if alert.notifications and all(self.stories[name].label == "benign" for name in names):
                line = self.stories[min(names)].name if names else "nothing"
                found[line] += alert.notifications
        return found

    def seen(self) -> dict[str, datetime]:
        """Incidents that a camera could see, with their first picture."""
        first: dict[str, datetime] = {}
        for one in self.happenings.sightings.values():
            if self.stories[one.story].label == "incident":
                first[one.story] = min(one.first, first.get(one.story, one.first))
        return first

    def told(self) -> dict[str, datetime]:
        """Incidents that became an alert, with the event time at which it was raised."""
        found: dict[str, datetime] = {}
        for alert in self.alerts:
            for name in self.happenings.stories_of(alert.event):
                found.setdefault(name, alert.at)
        return {name: at for name, at in found.items() if name in self.seen()}

    def delays_s(self) -> list[float]:
        seen = self.seen()
        return [max(0.0, (at - seen[name]).total_seconds()) for name, at in self.told().items()]

    def checks(self) -> list[Check]:
        seen = self.seen()
        false = self.false().total() / (self.days * self.cameras)
        found = [at_most("false notifications a camera and day", false, FALSE_A_CAMERA_DAY)]
        if seen:
            found.append(at_least("incidents that were told", len(self.told()) / len(seen), INCIDENTS))
        return found

    def to_json(self) -> dict[str, Any]:
        seen, told, delays = self.seen(), self.told(), self.delays_s()
        silent = Counter(self.stories[name].name for name in seen if name not in told)
        return {
            "alerts_a_day": round(len(self.alerts) / self.days, 3),
            "notifications_a_day": round(self.notifications / self.days, 3),
            "false_by_storyline": dict(self.false().most_common(SHOWN)),
            "incidents": len(seen),
            "incidents_told": len(told),
            "not_told_by_storyline": dict(silent.most_common(SHOWN)),
            "appearance_to_alert_s": round(percentile(delays, 50), 1) if delays else None,
            "most_notifications_of_a_story": self._most(),
        }

    def _most(self) -> dict[str, int]:
        """Of how many notifications one story was the reason at most, by storyline."""
        each: Counter[str] = Counter()
        for alert in self.alerts:
            for name in self.happenings.stories_of(alert.event):
                each[name] += alert.notifications
        most: dict[str, int] = {}
        for name, count in each.most_common():
            most.setdefault(self.stories[name].name, count)
        return dict(sorted(most.items(), key=lambda one: -one[1])[:SHOWN])
