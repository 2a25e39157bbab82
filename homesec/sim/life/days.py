"""Days and weeks as they come: ordinary life by hour and weekday, and incidents that are planted into it.

Stories are begun in the order of time. One begins later, or not at all, when somebody it needs is not where it needs
them, when the door or the driveway is in use, or when the street is not clear: so the world stays right.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from math import pi
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import numpy as np

from homesec.sim.life.agenda import Due, due_on, local_time
from homesec.sim.life.habits import ANSWERED
from homesec.sim.stories.cast import Cast
from homesec.sim.stories.catalogue import PLANTED, STORYLINES
from homesec.sim.stories.driving import parked
from homesec.sim.stories.scene import STALLS, STAND, Lying, Scene
from homesec.sim.stories.traffic import Street
from homesec.sim.story import Role, Story
from homesec.sim.weather import conditions

LIGHTS_BELOW = 0.08  # radians: the sun so low that drivers have their lights on
PATIENCE_S = 900.0  # a story that cannot begin within this time does not happen
DOORSTEP = "doorstep"  # front door, walk and driveway: one story at a time
DOORSTEP_FAMILIES = ("household", "visitors", "crime", "tampering")
ELSEWHERE = ("garden hour", "party", "ball game", "gardener", "postman", "fence climb")  # of these, what stays clear
WAIT_S = 4.0  # so much later it is tried again
DAYTIME = {"package theft": (9.5, 15.0), "loiterer": (10.0, 22.0), "weapon": (18.0, 23.0), "camera turned": (9.0, 23.0)}
NIGHT = (22.5, 28.5)  # local hours, over midnight
TRIES = 50  # to find a time within a short world that suits an incident
STANDING = "standing"  # the story of what is parked here before any other begins
BAIT_S = (900.0, 2100.0)  # so long before a theft the parcel comes


@dataclass(frozen=True)
class Plant:
    """An incident that shall happen, at about this moment."""

    storyline: str
    when: datetime


def plants_for(seed: int, start: datetime, end: datetime, zone: ZoneInfo, per_week: float) -> list[Plant]:
    """So many of each suspicious or incident storyline a week, at times that suit them."""
    found: list[Plant] = []
    days = max((end - start) / timedelta(days=1), 0.0)
    for name in PLANTED:
        rng = np.random.default_rng([seed, 0x91A7, crc32(name.encode())])
        number = int(per_week * days / 7 + rng.random())
        low, high = DAYTIME.get(name, NIGHT)
        for _ in range(number):
            for _ in range(TRIES):
                # A night belongs to the day on which it begins.
                day = (start + timedelta(days=float(rng.uniform(-0.5, days)))).astimezone(zone).date()
                when = local_time(day, round(float(rng.uniform(low, high)), 3), zone)
                if start <= when < end - timedelta(minutes=10):
                    found.append(Plant(name, when))
                    break
    return sorted(found, key=lambda plant: (plant.when, plant.storyline))


def stories(
    seed: int, cast: Cast, start: datetime, end: datetime, zone: ZoneInfo, plants: Sequence[Plant]
) -> list[Story]:
    """All stories from the local midnight before `start` until `end`, in the order of time.

    The first is what stands on the driveway then.
    """
    midnight = local_time(start.astimezone(zone).date(), 0.0, zone)
    return sorted(_Life(seed, cast, zone, midnight).live(end, plants), key=lambda story: story.began)


class _Life:
    """The household and its street while the stories are told: who is where, and what is in use."""

    def __init__(self, seed: int, cast: Cast, zone: ZoneInfo, midnight: datetime) -> None:
        self.seed, self.cast, self.zone, self.midnight = seed, cast, zone, midnight
        self.where: dict[str, str] = {member.thing.id: "inside" for member in cast.members}
        self.where |= {cast.satchel.id: "inside"}
        self.lying: dict[str, Lying] = {}
        self.free_at: dict[str, float] = {}
        """By thing id, or the name of a place, until when it is in use."""
        self.street = Street()
        self.known = frozenset(cast)
        self.doomed: set[str] = set()
        """Parcels that a thief is going to take."""
        self.order = count()
        self.due: list[tuple[float, int, Due]] = []

    def live(self, end: datetime, plants: Sequence[Plant]) -> Iterator[Story]:
        yield self._standing()
        for plant in plants:
            self._plant(plant)
        day, last = self.midnight.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            for due in due_on(self.seed, day, self.zone):
                self._push(due)
            day += timedelta(days=1)
            until = min(local_time(day, 0.0, self.zone).timestamp(), end.timestamp())
            yield from self._begin_until(until)

    def _standing(self) -> Story:
        roles = [
            Role(car, (parked(0.0, stall, pi / 2),), "there", "there")
            for car, stall in zip(self.cast.cars, STALLS, strict=True)
        ]
        roles.append(Role(self.cast.bicycle, (parked(0.0, STAND, -pi / 2),), "there", "there"))
        story = Story(STANDING, STANDING, "benign", (0, 0), self.midnight, tuple(roles))
        self._settle(story)
        return story

    def _plant(self, plant: Plant) -> None:
        at = plant.when.timestamp()
        rng = np.random.default_rng([self.seed, 0x91A8, int(at)])
        if plant.storyline == "package theft":
            came = max(at - float(rng.uniform(*BAIT_S)), self.midnight.timestamp())
            self._add(came, "courier on foot", f"bait/{int(at)}", {"answers": None}, planted=True)
        self._add(at, plant.storyline, f"{plant.storyline}/{int(at)}", {}, planted=True)

    def _add(self, at: float, storyline: str, story_id: str, options: Mapping[str, Any], planted: bool = False) -> None:
        self._push(Due(at, storyline, story_id, options, planted))

    def _push(self, due: Due) -> None:
        heapq.heappush(self.due, (due.at, next(self.order), due))

    def _begin_until(self, until: float) -> Iterator[Story]:
        while self.due and self.due[0][0] < until:
            _, _, due = heapq.heappop(self.due)
            story = self._begun(due)
            if story is not None:
                self._settle(story)
                self._follow(due, story)
                yield story

    def _begun(self, due: Due) -> Story | None:
        scene = self._scene(due)
        story = STORYLINES[due.storyline].story(scene, **{**self._choices(due, scene), **due.options})
        firsts: dict[str, Role] = {}
        for role in story.roles:
            firsts.setdefault(role.thing.id, role)
        if not all(self._is_where(role) for role in firsts.values()):
            return None
        for wait in np.arange(0.0, PATIENCE_S, WAIT_S):
            begins = due.at + float(wait)
            if self._are_free(story, firsts, begins) and self.street.is_clear(story, begins):
                return replace(story, start=datetime.fromtimestamp(begins, UTC).astimezone(self.zone))
        return None

    def _is_where(self, role: Role) -> bool:
        if role.comes == "there":
            return role.thing.id in self.lying
        if role.thing not in self.known:
            return True  # new to this world, wherever it comes from
        return self.where.get(role.thing.id, "away") == role.comes and role.thing.id not in self.lying

    def _are_free(self, story: Story, firsts: Mapping[str, Role], begins: float) -> bool:
        if _uses_doorstep(story) and self.free_at.get(DOORSTEP, 0.0) > begins:
            return False
        return all(self.free_at.get(name, 0.0) <= begins + role.since for name, role in firsts.items())

    def _choices(self, due: Due, scene: Scene) -> dict[str, Any]:
        # What follows from who is at home just now.
        home = [name for name in ("Dora", "Ben", "Ann") if self.cast.member(name).id in scene.inside]
        match due.storyline:
            case "courier" | "courier on foot":
                rng = np.random.default_rng([self.seed, 0xC0, crc32(due.id.encode())])
                return {"answers": home[0] if home and rng.random() < ANSWERED else None}
            case "takes in parcel" if home:
                return {"who": home[0]}
            case "guest" if home:
                return {"host": home[0], "who": 4 + scene.start.toordinal() % 2}
            case "guest leaves":
                return {"who": 4 + scene.start.toordinal() % 2}
            case "party":
                return {"hosts": tuple(name for name in home if name != "Dora")}
        return {}

    def _settle(self, story: Story) -> None:
        for role in story.roles:
            name = role.thing.id
            self.lying.pop(name, None)
            self.where.pop(name, None)
            if role.goes == "there":
                self.lying[name] = Lying(role.thing, role.keys[-1])
            elif role.goes == "inside":
                self.where[name] = "inside"
            if role.thing in self.known:
                self.free_at[name] = max(self.free_at.get(name, 0.0), story.began + role.until + 2.0)
        if _uses_doorstep(story):
            self.free_at[DOORSTEP] = story.began + max(role.until for role in story.roles)
        self.street.settle(story)

    def _follow(self, due: Due, story: Story) -> None:
        rng = np.random.default_rng([self.seed, 0xF0, crc32(due.id.encode())])
        ends = story.began + story.lasts
        if story.name == "package theft":
            self.doomed.clear()  # what the thief left lying is for the residents again
        if story.name == "parks in street":
            car, driver = (role.thing for role in story.roles)
            back = ends + float(rng.uniform(3600, 14400))
            self._add(back, "leaves street", f"{story.id}/leaves", {"car": car, "driver": driver})
        for role in story.roles:
            if role.thing.kind != "package" or role.goes != "there":
                continue
            if due.planted:
                self.doomed.add(role.thing.id)
            elif any(member.thing.id in self.where for member in self.cast.members):
                self._add(ends + float(rng.uniform(300, 2400)), "takes in parcel", f"{story.id}/taken", {})

    def _scene(self, due: Due) -> Scene:
        when = datetime.fromtimestamp(due.at, UTC).astimezone(self.zone)
        hidden = self.doomed if STORYLINES[due.storyline].family == "household" else set()
        return Scene(
            id=due.id,
            rng=np.random.default_rng([self.seed, 0x57, crc32(due.id.encode())]),
            start=when,
            cast=self.cast,
            dark=conditions(self.seed, when).sun_altitude < LIGHTS_BELOW,
            kerb_taken=self.street.is_kerb_taken(due.at),
            lying={name: lying for name, lying in self.lying.items() if name not in hidden},
            inside=frozenset(name for name, place in self.where.items() if place == "inside"),
        )


def _uses_doorstep(story: Story) -> bool:
    if story.name == STANDING or story.name in ELSEWHERE:
        return False
    return STORYLINES[story.name].family in DOORSTEP_FAMILIES
