"""The household's owner shows homesec what the members look like: in pictures that cameras took of them.

It is done as any owner would do it, through the API, by a detection of a person. Looking at the picture the owner knows
who that is; this knowledge is the truth about the frame, and no more of the truth is used.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from homesec.client import Client
from homesec.domain.boxes import area, overlap
from homesec.domain.followed import Box
from homesec.errors import HomesecError
from homesec.sim.truth.frames import frame_truth
from homesec.sim.truth.oracle import LATER_S, LEAST_OVERLAP
from homesec.sim.world import World

ENOUGH = 2  # sightings of each member, on two ways past a camera
LOOKED_AT = 60  # newest detections that the owner looks through at a time
TRIED = 3  # pictures of one member at a time: of many nothing can be learned yet


class Introductions:
    """Goes on until every member was introduced often enough."""

    def __init__(self, client: Client, world: World) -> None:
        self._client, self._world = client, world
        self._names = {member.thing.id: member.name for member in world.cast.members}
        self._seen: defaultdict[str, set[int | None]] = defaultdict(set)
        """By name: tracks on which the member was introduced."""
        self._who = lru_cache(maxsize=4096)(self._thing)

    @property
    def is_done(self) -> bool:
        return all(len(self._seen[name]) >= ENOUGH for name in self._names.values())

    def look(self) -> list[str]:
        """Look through the newest pictures; gives the names of those who were introduced. Raises HomesecError."""
        members = {one["name"]: one["id"] for one in self._ask("/api/household/members", 200)}
        pictures: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for one in self._ask("/api/detections", LOOKED_AT, {"class": "person"}):
            who = self._who(one["camera_id"], one["detected_at"], tuple(one["box"].values()))
            name = self._names.get(who or "")
            if name is None or name not in members or len(self._seen[name]) >= ENOUGH:
                continue
            if one["track_id"] not in self._seen[name]:
                pictures[name].append(one)
        return [name for name, ones in pictures.items() if self._introduced(name, members[name], ones)]

    def _introduced(self, name: str, member_id: int, pictures: Sequence[Mapping[str, Any]]) -> bool:
        largest = sorted(pictures, key=lambda one: -area(tuple(one["box"].values())))
        for one in largest[:TRIED]:
            try:
                self._client.ask(
                    "POST", f"/api/household/members/{member_id}/enrol", json={"detection_id": one["id"]}
                )
            except HomesecError:
                continue  # no model has looked at it yet, or none could make anything of it
            self._seen[name].add(one["track_id"])
            return True
        return False

    def _thing(self, camera: str, at: str, box: Box) -> str | None:
        """Who is in this box; None when that cannot be said."""
        found = max(self._candidates(camera, datetime.fromisoformat(at), box), default=(0.0, ""))
        return found[1] if found[0] >= LEAST_OVERLAP else None

    def _candidates(self, camera: str, at: datetime, box: Box) -> Iterator[tuple[float, str]]:
        """Overlap and thing; cameras write whole seconds, so the moment of the picture lies within the next one."""
        for later in LATER_S:
            moment = at + timedelta(seconds=later)
            if self._world.start <= moment <= self._world.end:
                for seen in frame_truth(self._world, camera, moment).objects:
                    if seen.kind == "person":
                        yield overlap(box, seen.box), seen.thing

    def _ask(self, path: str, limit: int, wanted: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self._client.ask("GET", path, params={"limit": limit, **(wanted or {})})["items"]
        return items
