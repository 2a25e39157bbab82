"""The stories of a world as facts: what each is and which cameras see it, and what is carried, left and taken."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal

from homesec.sim.story import Role, Story
from homesec.sim.values import Label
from homesec.sim.view.sight import merged, spans_in_view
from homesec.sim.world import World

CARRIED = ("package", "backpack")


@dataclass(frozen=True)
class StoryTruth:
    """One story, and what is to be thought of it."""

    id: str
    name: str
    label: Label
    expect: tuple[int, int]
    start: datetime
    end: datetime
    things: tuple[str, ...]
    """Ids of all that play in it."""
    kinds: tuple[str, ...]
    """Their kinds, in the same order."""
    views: tuple[tuple[str, datetime, datetime], ...]
    """Camera, from, until: when it may be seen by whom, in the order of time."""
    tampering: tuple[tuple[str, str, datetime, datetime], ...]
    """Camera, kind, from, until."""

    @property
    def cameras(self) -> tuple[str, ...]:
        """The cameras that may see it, in the order in which they do."""
        return tuple(dict.fromkeys(camera for camera, _, _ in self.views))

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = asdict(self) | {"cameras": list(self.cameras)}
        row["start"], row["end"] = _text(self.start), _text(self.end)
        row["views"] = [(camera, _text(since), _text(until)) for camera, since, until in self.views]
        row["tampering"] = [(camera, kind, _text(since), _text(until)) for camera, kind, since, until in self.tampering]
        return row


@dataclass(frozen=True)
class Interaction:
    """Somebody and a thing."""

    kind: Literal["carried", "left", "taken"]
    person: str
    thing: str
    thing_kind: str
    story: str
    at: datetime
    until: datetime
    """Of what is carried; else the same as `at`."""
    place: tuple[float, float]
    """Ground place, metres, where it begins."""


def story_truth(world: World, story: Story) -> StoryTruth:
    """The facts of a story; what lies hidden behind something counts as in view here."""
    views = [
        (camera, since, until)
        for camera, spans in spans_in_view(world.property.cameras, [story]).items()
        for since, until in merged(spans)
    ]
    things = {role.thing.id: role.thing.kind for role in story.roles}
    return StoryTruth(
        id=story.id,
        name=story.name,
        label=story.label,
        expect=story.expect,
        start=story.start,
        end=story.end,
        things=tuple(things),
        kinds=tuple(things.values()),
        views=tuple(
            (camera, world.moment(since), world.moment(until))
            for camera, since, until in sorted(views, key=lambda view: (view[1], view[0]))
        ),
        tampering=tuple(
            (one.camera, one.kind, world.moment(story.began + one.since), world.moment(story.began + one.until))
            for one in story.tampering
        ),
    )


def interactions(world: World, since: datetime, until: datetime) -> Iterator[Interaction]:
    """What is carried, left and taken from `since` to `until`, story by story."""
    for story in world.stories:
        if story.start > until or story.end < since:
            continue
        for role in story.roles:
            if role.thing.kind in CARRIED:
                for one in _interactions(world, story, role):
                    if one.until >= since and one.at <= until:
                        yield one


def _interactions(world: World, story: Story, role: Role) -> Iterator[Interaction]:
    def told(kind: Literal["carried", "left", "taken"], person: str, since: float, until: float) -> Interaction:
        state = role.state(since)
        assert state is not None
        return Interaction(
            kind,
            person,
            role.thing.id,
            role.thing.kind,
            story.id,
            world.moment(story.began + since),
            world.moment(story.began + until),
            (state.x, state.y),
        )

    begun, bearer = role.since, role.keys[0].carrier
    for before, key in pairwise(role.keys):
        if key.carrier == before.carrier:
            continue
        if bearer is not None:
            yield told("carried", bearer, begun, key.at)
            if key.carrier is None and not _is_handed(role, key.at):
                yield told("left", bearer, key.at, key.at)
        elif key.carrier is not None and not _is_handed(role, before.at):
            yield told("taken", key.carrier, key.at, key.at)
        begun, bearer = key.at, key.carrier
    if bearer is not None:
        yield told("carried", bearer, begun, role.until)


def _is_handed(role: Role, at: float) -> bool:
    # From hand to hand: carried before and after, and never on the ground.
    before = [key.carrier for key in role.keys if key.at < at]
    after = [key.carrier for key in role.keys if key.at > at]
    return any(before) and any(after) and not any(key.action == "lying" for key in role.keys)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
