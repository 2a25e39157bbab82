"""The street while stories are told: which vehicle is in which lane when, so that no two of them meet in one place."""

from itertools import pairwise
from math import inf

from homesec.sim.stories.driving import KERB
from homesec.sim.story import Role, Story

VEHICLES = ("car", "truck", "bus", "bicycle")
HEADWAY_S = 6.0  # between two vehicles that enter, and that leave, the same lane
ROOM_M = 2.15  # between the middles of the lanes while somebody is parked at the kerb
PLACE_M = 7.0  # a place at the kerb is so long
CLEAR_S = 1.0  # round a manoeuvre

Span = tuple[float, float]
"""Since and until, seconds."""


class Street:
    """Who moves in the street, now and later, and who stands at the kerb."""

    def __init__(self) -> None:
        self.manoeuvres: list[Span] = []
        self.passing: list[tuple[float, float, bool, float]] = []
        """From, until, whether eastbound, and the width in metres."""
        self.kerb: dict[str, tuple[float, float]] = {}
        """By vehicle id, the x of its place at the kerb and until when it is there."""

    def is_kerb_taken(self, at: float) -> bool:
        return any(until > at for _, until in self.kerb.values())

    def is_clear(self, story: Story, begins: float) -> bool:
        """Tell whether the vehicles of a story can go their ways if it begins at this second since 1970."""
        for role in _vehicles(story):
            if _is_passing(role):
                since, until = begins + role.since, begins + role.until
                if any(_meet((since, until), other) for other in self.manoeuvres):
                    return False
                east = role.keys[-1].x > role.keys[0].x
                for before, gone, lane, width in self.passing:
                    if lane != east:
                        narrow = (width + role.thing.look.width_m) / 2 > ROOM_M
                        if narrow and _meet((since, until), (before, gone)):
                            return False
                    elif abs(since - before) < HEADWAY_S or (since - before) * (until - gone) <= 0:
                        return False
                continue
            if not self._has_room(role, begins):
                return False
            for span in _spans(role, begins):
                others = [*self.manoeuvres, *((one[0], one[1]) for one in self.passing)]
                if any(_meet(span, other) for other in others):
                    return False
        return True

    def _has_room(self, role: Role, begins: float) -> bool:
        place = _kerb_place(role)
        return place is None or not any(
            abs(place - x) < PLACE_M and until > begins and name != role.thing.id
            for name, (x, until) in self.kerb.items()
        )

    def settle(self, story: Story) -> None:
        """Keep in mind where the vehicles of a story will be; forget what is long over."""
        past = story.began - 120.0
        self.manoeuvres = [span for span in self.manoeuvres if span[1] > past]
        self.passing = [one for one in self.passing if one[1] > past]
        self.kerb = {name: place for name, place in self.kerb.items() if place[1] > past}
        for role in _vehicles(story):
            if _is_passing(role):
                east = role.keys[-1].x > role.keys[0].x
                span = story.began + role.since, story.began + role.until
                self.passing.append((*span, east, role.thing.look.width_m))
                continue
            self.manoeuvres += _spans(role, story.began)
            place = _kerb_place(role)
            if place is not None:
                self.kerb[role.thing.id] = place, inf if role.goes == "there" else story.began + role.until


def _kerb_place(role: Role) -> float | None:
    return next((key.x for key in role.keys if key.action == "parked" and abs(key.y - KERB) < 0.3), None)


def _vehicles(story: Story) -> list[Role]:
    return [role for role in story.roles if role.thing.kind in VEHICLES]


def _is_passing(role: Role) -> bool:
    return len(role.keys) == 2


def _spans(role: Role, begins: float) -> list[Span]:
    # The times in which it moves; what is parked in between is in nobody's way.
    spans: list[Span] = []
    for key, after in pairwise(role.keys):
        if key.action == "parked":
            continue
        if spans and begins + key.at - spans[-1][1] < CLEAR_S:
            spans[-1] = (spans[-1][0], begins + after.at)
        else:
            spans.append((begins + key.at, begins + after.at))
    return spans


def _meet(first: Span, second: Span) -> bool:
    return first[0] < second[1] + CLEAR_S and second[0] < first[1] + CLEAR_S
