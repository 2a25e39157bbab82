"""What became of what the household sent: uploads that were taken, refused or lost, and stories that were noticed."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from homesec.client import Client
from homesec.sim.cameras.ledger import Sent, sent
from homesec.sim.life.days import STANDING
from homesec.sim.truth.chronicle import story_truth
from homesec.sim.world import World

PAGE = 200
SLACK = timedelta(seconds=15)  # between the rough times of a view and those of an event


@dataclass(frozen=True)
class Uploads:
    """Numbers of files and, from `distinct` on, of contents: what comes twice is one."""

    files: int
    distinct: int
    states: dict[str, int]
    """Of those that are registered, by state."""
    lost: tuple[str, ...]
    """Sent and never registered."""
    broken: int
    """Broken by the world."""
    refused_broken: int
    """Of these, refused, as they must be."""
    refused_others: tuple[str, ...]
    """Refused although the world did not break them."""


@dataclass(frozen=True)
class Told:
    """A story, and what homesec made of it."""

    name: str
    label: str
    start: datetime
    pictures: int
    """Uploads that were taken while it may have been in view."""
    expect: tuple[int, int]
    scores: tuple[int, ...]
    """Of the events of its cameras at its time."""


@dataclass(frozen=True)
class Outcome:
    """All of it."""

    uploads: Uploads
    events: dict[str, int]
    """By risk level."""
    stories: tuple[Told, ...]
    """Those of which anything was sent."""

    def to_json(self) -> dict[str, Any]:
        row = asdict(self)
        row["stories"] = [{**asdict(one), "start": one.start.isoformat()} for one in self.stories]
        return row

    def lines(self) -> Iterator[str]:
        """The same in words."""
        files = self.uploads
        states = ", ".join(f"{number} {state}" for state, number in sorted(files.states.items()))
        yield f"uploads: {files.files} files sent, {files.distinct} different ones; registered: {states or 'none'}"
        yield f"  the world broke {files.broken}, of which {files.refused_broken} were refused"
        yield f"  refused besides: {_few(files.refused_others)}"
        yield f"  lost: {_few(files.lost)}"
        levels = ", ".join(f"{number} {level}" for level, number in self.events.items())
        yield f"events: {sum(self.events.values())} ({levels or 'none'})"
        for label in ("benign", "suspicious", "incident"):
            found = [one for one in self.stories if one.label == label]
            yield f"{label} stories in view: {len(found)}, with an event: {sum(bool(one.scores) for one in found)}"
        for one in self.stories:
            if one.label != "benign":
                score = f"scored {max(one.scores)}" if one.scores else "no event"
                yield f"  {one.start:%H:%M} {one.name}: {score}, expected {one.expect[0]}-{one.expect[1]}"


def outcome(client: Client, data_dir: Path, world: World) -> Outcome:
    """Compare the ledger and the truth with what the running system says. Raises HomesecError."""
    return compared(world, list(sent(data_dir)), list(_all(client, "/api/uploads")), list(_all(client, "/api/events")))


def compared(
    world: World, ledger: Sequence[Sent], uploads: Sequence[Mapping[str, Any]], events: Sequence[Mapping[str, Any]]
) -> Outcome:
    """The same from rows as the API gives them."""
    levels = Counter(str(event["risk_level"]) for event in events)
    return Outcome(
        uploads=_uploads(ledger, uploads),
        events={level: levels[level] for level in ("low", "medium", "high", "critical") if levels[level]},
        stories=tuple(_told(world, ledger, events)),
    )


def followed(client: Client) -> dict[str, int]:
    """Numbers of tracks, stays in zones and crossings of lines. Raises HomesecError."""
    found = Counter(tracks=sum(1 for _ in _all(client, "/api/tracks")), stays=0, crossings=0)
    for camera in _all(client, "/api/cameras"):
        for zone in client.ask("GET", f"/api/cameras/{camera['id']}/zones")["items"]:
            counts = client.ask("GET", f"/api/zones/{zone['id']}/dwell/counts")
            found.update(stays=counts["stays"], crossings=counts["ins"] + counts["outs"])
    return dict(found)


def is_settled(client: Client, data_dir: Path) -> bool:
    """Whether all that was sent so far is registered and worked through. Raises HomesecError."""
    queues = client.ask("GET", "/api/system/queues")
    states: Mapping[str, int] = queues["uploads"]
    if states.get("pending", 0) + states.get("detected", 0) + int(queues["batches_due"]):
        return False
    registered = {(row["camera_id"], row["sha256"]) for row in _all(client, "/api/uploads")}
    return all((one.upload.camera, one.sha256) in registered for one in sent(data_dir))


def _all(client: Client, path: str) -> Iterator[dict[str, Any]]:
    cursor: dict[str, str] = {}
    while True:
        page = client.ask("GET", path, params={"limit": PAGE, **cursor})
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        cursor = {"cursor": page["next_cursor"]}


def _uploads(ledger: Sequence[Sent], rows: Sequence[Mapping[str, Any]]) -> Uploads:
    by_content = {(one.upload.camera, one.sha256): one for one in ledger}
    registered = {(row["camera_id"], row["sha256"]): row for row in rows}
    refused = {known for known, row in registered.items() if row["state"] == "rejected"}
    broken = {known for known, one in by_content.items() if one.upload.is_broken}
    others = [registered[known] for known in registered if known in refused - broken]
    return Uploads(
        files=len(ledger),
        distinct=len(by_content),
        states=dict(Counter(str(row["state"]) for row in rows)),
        lost=tuple(_named(by_content[known]) for known in by_content if known not in registered),
        broken=len(broken),
        refused_broken=len(broken & refused),
        refused_others=tuple(f"{row['name']}: {row['error']}" for row in others),
    )


def _told(world: World, ledger: Sequence[Sent], events: Sequence[Mapping[str, Any]]) -> Iterator[Told]:
    if not ledger:
        return
    taken: defaultdict[str, list[datetime]] = defaultdict(list)
    for one in sorted(ledger, key=lambda one: one.upload.captured_at):
        taken[one.upload.camera].append(one.upload.captured_at)
    since, until = min(times[0] for times in taken.values()), max(times[-1] for times in taken.values())
    spans = [
        (str(event["camera_id"]), _moment(event["started_at"]), _moment(event["ended_at"]), int(event["risk_score"]))
        for event in events
    ]
    for story in world.stories:
        if story.name == STANDING or story.start > until or story.end < since:
            continue
        views = story_truth(world, story).views
        pictures = sum(
            bisect_right(taken[camera], ends) - bisect_left(taken[camera], begins) for camera, begins, ends in views
        )
        if not pictures:
            continue
        scores = tuple(
            score
            for seen_by, first, last, score in spans
            if any(
                seen_by == camera and first <= ends + SLACK and last >= begins - SLACK for camera, begins, ends in views
            )
        )
        yield Told(story.name, story.label, story.start, pictures, story.expect, scores)


def _moment(words: str) -> datetime:
    return datetime.fromisoformat(words)


def _named(one: Sent) -> str:
    return f"{one.upload.camera}/{one.upload.name} ({one.upload.fault or 'nothing was wrong with it'})"


def _few(names: Sequence[str]) -> str:
    if not names:
        return "none"
    return f"{len(names)}: " + "; ".join(names[:5]) + ("; ..." if len(names) > 5 else "")
