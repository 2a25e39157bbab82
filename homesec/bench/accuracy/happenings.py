"""From stories to events: which were noticed, how soon, in how many events, and which events are about nothing."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from homesec.bench.accuracy.expected import Expected
from homesec.bench.accuracy.matching import Matched
from homesec.bench.accuracy.stored import StoredEvent
from homesec.bench.rounds import percentile
from homesec.sim.story import Story

LABELS = ("benign", "suspicious", "incident")
ALARM = 60  # from here on an owner is alarmed
WORRY = 30  # from here on an owner looks


@dataclass
class Sighting:
    """A story as one camera saw it: what should become one event."""

    story: str
    camera: str
    first: datetime
    """The first picture that shows somebody or something of it well enough."""
    pictures: int = 0
    found_at: datetime | None = None
    """The first picture of which an event came."""
    events: set[int] = field(default_factory=set)


@dataclass
class Happenings:
    """Filled picture by picture, in the order of time."""

    sightings: dict[tuple[str, str], Sighting] = field(default_factory=dict)
    _told: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Event to the stories of which it has something; the empty name stands for what only stands there."""

    def add(self, expected: Expected, result: Matched) -> None:
        camera, at = expected.shot
        playing = {thing.story for thing in expected.things if thing.asked and thing.story}
        for story in playing:
            one = self.sightings.setdefault((story, camera), Sighting(story, camera, at))
            one.pictures += 1
        for said, thing in result.hits:
            if said.event is None:
                continue
            self._told[said.event].add(thing.story or "")
            if thing.story and (seen := self.sightings.get((thing.story, camera))):
                seen.events.add(said.event)
                seen.found_at = seen.found_at or at

    def stories_of(self, event: int) -> set[str]:
        """The stories of which the event has something."""
        return self._told.get(event, set()) - {""}

    def recall(self, stories: Mapping[str, Story]) -> dict[str, dict[str, Any]]:
        """By label: sightings, the share that became an event, and the same for stories that any camera saw."""
        table: dict[str, dict[str, Any]] = {}
        for label in LABELS:
            seen = [one for one in self.sightings.values() if stories[one.story].label == label]
            told = {one.story for one in seen if one.events}
            names = {one.story for one in seen}
            table[label] = {
                "sightings": len(seen),
                "recall": _share(sum(bool(one.events) for one in seen), len(seen)),
                "stories": len(names),
                "story_recall": _share(len(told), len(names)),
            }
        return table

    def unseen(self, stories: Mapping[str, Story]) -> Counter[str]:
        """Storylines of sightings without an event."""
        return Counter(stories[one.story].name for one in self.sightings.values() if not one.events)

    def delays_s(self) -> list[float]:
        """From appearance to the picture that made the event, in the world's time."""
        return [(one.found_at - one.first).total_seconds() for one in self.sightings.values() if one.found_at]

    def about_nothing(self, events: Sequence[StoredEvent]) -> tuple[int, int]:
        """Events in which nothing is real, and those in which only something stands that always stands there."""
        nothing = sum(not self._told.get(event.id) for event in events)
        standing = sum(self._told.get(event.id) == {""} for event in events)
        return nothing, standing

    def batching(self, events: Sequence[StoredEvent]) -> dict[str, Any]:
        """How far one story is one event, and one event one story."""
        found = [one for one in self.sightings.values() if one.events]
        incident = {event.id: event.incident for event in events}
        stories = [len(names - {""}) for names in self._told.values() if names - {""}]
        return {
            "sightings_in_one_event": _share(sum(len(one.events) == 1 for one in found), len(found)),
            "sightings_in_one_incident": _share(
                sum(len({incident.get(event) for event in one.events}) == 1 for one in found), len(found)
            ),
            "events_a_sighting": _ratio(sum(len(one.events) for one in found), len(found)),
            "most_events_of_a_sighting": max((len(one.events) for one in found), default=0),
            "events_of_one_story": _share(sum(number == 1 for number in stories), len(stories)),
            "stories_an_event": _ratio(sum(stories), len(stories)),
        }

    def scores(self, stories: Mapping[str, Story], events: Sequence[StoredEvent]) -> dict[str, dict[str, Any]]:
        """By label: the highest score that any event of a story has, against what an owner would expect."""
        score = {event.id: event.score for event in events}
        highest: dict[str, int] = {}
        for one in self.sightings.values():
            for event in one.events:
                highest[one.story] = max(highest.get(one.story, 0), score.get(event, 0))
        table: dict[str, dict[str, Any]] = {}
        for label in LABELS:
            told = {story: value for story, value in highest.items() if stories[story].label == label}
            in_range = sum(
                stories[story].expect[0] <= value <= stories[story].expect[1] for story, value in told.items()
            )
            table[label] = {
                "stories": len(told),
                "median": percentile(list(map(float, told.values())), 50) if told else None,
                "in_expected_range": _share(in_range, len(told)),
                f"from_{WORRY}": _share(sum(value >= WORRY for value in told.values()), len(told)),
                f"from_{ALARM}": _share(sum(value >= ALARM for value in told.values()), len(told)),
            }
        return table


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
