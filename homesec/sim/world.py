"""The world: everything that happens on and round the property in a span of time, to be asked for any moment."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from math import inf
from zoneinfo import ZoneInfo

from homesec.sim.life.days import Plant, plants_for, stories
from homesec.sim.property import household
from homesec.sim.stories.cast import cast
from homesec.sim.story import Role, Story
from homesec.sim.values import Conditions, Mishap, Snapshot, State
from homesec.sim.view.sight import Span, merged, spans_in_view
from homesec.sim.weather import conditions

MINUTE_S, HOUR_S = 60, 3600  # widths of the two indexes: of what plays, and of what rests
REPAIR_S = 6.0  # a camera that is set right shows it for so long


@dataclass(frozen=True)
class Rest:
    """A thing that stays where a story left it, from second to second since 1970."""

    since: float
    until: float
    state: State
    story: Story


class World:
    """A household over a span of time, which follows from its seed.

    `plants` are incidents at given moments, or how many of each suspicious and incident storyline there are in a week.
    Raises ValueError for a span without its time zone, or that ends before it starts.
    """

    def __init__(
        self,
        seed: int,
        start: datetime,
        end: datetime,
        timezone: str = "Europe/Berlin",
        plants: float | Sequence[Plant] = 1.0,
    ) -> None:
        if start.tzinfo is None or end.tzinfo is None or end < start:
            raise ValueError("the world needs a start and a later end, both with their time zones")
        self.seed = seed
        self.zone = ZoneInfo(timezone)
        self.start, self.end = start.astimezone(self.zone), end.astimezone(self.zone)
        self.property = household(seed, timezone)
        self.cast = cast(seed)
        self.plants = (
            plants_for(seed, start, end, self.zone, float(plants)) if isinstance(plants, int | float) else list(plants)
        )
        self.stories = tuple(stories(seed, self.cast, start, end, self.zone, self.plants))

    def story(self, story_id: str) -> Story:
        """The story of this id; `KeyError` if there is none."""
        return self._by_id[story_id]

    @cached_property
    def _by_id(self) -> dict[str, Story]:
        return {story.id: story for story in self.stories}

    @cached_property
    def _playing(self) -> dict[int, list[tuple[Story, Role]]]:
        index: defaultdict[int, list[tuple[Story, Role]]] = defaultdict(list)
        for story in self.stories:
            for role in story.roles:
                since = story.began + (0.0 if role.comes == "there" else role.since)
                for minute in range(int(since // MINUTE_S), int((story.began + role.until) // MINUTE_S) + 1):
                    index[minute].append((story, role))
        return dict(index)

    @cached_property
    def rests(self) -> tuple[Rest, ...]:
        """All that stays somewhere between two stories, or for good, in the order of time."""
        appears: defaultdict[str, list[float]] = defaultdict(list)
        for story in self.stories:
            for role in story.roles:
                appears[role.thing.id].append(story.began + (0.0 if role.comes == "there" else role.since))
        found = []
        for story in self.stories:
            for role in story.roles:
                if role.goes != "there":
                    continue
                since, starts = story.began + role.until, appears[role.thing.id]
                after = bisect_right(starts, story.began + role.since)
                found.append(Rest(since, starts[after] if after < len(starts) else inf, role.rest, story))
        return tuple(sorted(found, key=lambda rest: (rest.since, rest.state.thing.id)))

    @cached_property
    def _resting(self) -> dict[int, list[Rest]]:
        index: defaultdict[int, list[Rest]] = defaultdict(list)
        last = self.end.timestamp() + HOUR_S
        for rest in self.rests:
            for hour in range(int(rest.since // HOUR_S), int(min(rest.until, last) // HOUR_S) + 1):
                index[hour].append(rest)
        return dict(index)

    @cached_property
    def _troubled(self) -> dict[int, list[Story]]:
        index: defaultdict[int, list[Story]] = defaultdict(list)
        for story in self.stories:
            if story.tampering or story.storm:
                for hour in range(int(story.began // HOUR_S), int((story.began + story.lasts) // HOUR_S) + 1):
                    index[hour].append(story)
        return dict(index)

    def at(self, when: datetime) -> Snapshot:
        """The world at a moment."""
        second = when.timestamp()
        states: list[State] = []
        names: dict[str, str] = {}
        for rest in self._resting.get(int(second // HOUR_S), ()):
            if rest.since <= second < rest.until:
                states.append(rest.state)
        for story, role in self._playing.get(int(second // MINUTE_S), ()):
            at = second - story.began
            if at >= role.until and role.goes == "there":
                continue  # it rests already
            if at <= role.until and (state := role.state(at)) is not None:
                states.append(state)
                names[role.thing.id] = story.id
        mishaps: list[Mishap] = []
        gale = 0.0
        for story in self._troubled.get(int(second // HOUR_S), ()):
            mishaps += story.mishaps(when)
            gale = max(gale, story.gale(second - story.began))
        return Snapshot(when, self.conditions(when, gale), tuple(states), tuple(mishaps), names)

    def conditions(self, when: datetime, gale: float = 0.0) -> Conditions:
        """Light and weather at a moment; a gale of 0..1 is added to what the weather is by itself."""
        plain = conditions(self.seed, when.astimezone(self.zone))
        if gale <= 0:
            return plain
        snows = plain.snow_cover > 0.3
        return replace(
            plain,
            wind=max(plain.wind, gale),
            clouds=max(plain.clouds, gale),
            snow=max(plain.snow, 0.8 * gale) if snows else plain.snow,
            rain=plain.rain if snows else max(plain.rain, 0.8 * gale),
        )

    def active(self, camera_id: str, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
        """When something that lives or moves may be in view of a camera, or somebody tampers with it, in order."""
        low, high = since.timestamp(), until.timestamp()
        spans = self._active[camera_id]
        first = max(bisect_right(spans, (low, -inf)) - 1, 0)
        found = []
        for begins, ends in spans[first:]:
            if begins > high:
                break
            if ends >= low:
                found.append((self.moment(max(begins, low)), self.moment(min(ends, high))))
        return found

    @cached_property
    def _active(self) -> dict[str, list[Span]]:
        in_view = spans_in_view(self.property.cameras, self.stories)
        for story in self.stories:
            for one in story.tampering:
                begins, repaired = story.began + one.since, story.began + one.until
                in_view[one.camera] += [(begins, story.began + one.full + 1.0), (repaired - REPAIR_S, repaired + 1.0)]
        return {camera: merged(spans) for camera, spans in in_view.items()}

    def moment(self, second: float) -> datetime:
        """The moment of a second since 1970, in the time zone of the property."""
        return datetime.fromtimestamp(second, UTC).astimezone(self.zone)

    def moments(
        self, camera_id: str, step_s: float, since: datetime | None = None, until: datetime | None = None
    ) -> Iterable[datetime]:
        """The moments at which a camera that takes a picture every `step_s` while something moves takes one."""
        for begins, ends in self.active(camera_id, since or self.start, until or self.end):
            for number in range(int((ends - begins) / timedelta(seconds=step_s)) + 1):
                yield begins + timedelta(seconds=number * step_s)
