"""How well the household's cameras see persons, and what vectors of them are worth: without a database.

Strangers and members are tried as the system tries a track: some crops of one sighting, pooled, against vectors that
were enrolled. By its face where one was compared, else by the whole body.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from homesec.bench.accuracy.expected import HEIGHT, LEAST_PX, LEAST_SHARE
from homesec.bench.accuracy.plan import Plan, world_of
from homesec.domain.closer_look import WHILE_S
from homesec.domain.identity import LEAST_QUALITY, Vector, best_crops, known_by, pooled
from homesec.sim.truth.frames import frame_truth
from homesec.sim.truth.guesses import clarity
from homesec.sim.truth.vectors import FACE, REID, SIGHTING_S, vector

EVERY_S = 20.0
ENROLLED, CLEAR = 6, 0.8  # vectors of each member, and how well the owner's pictures show them
CROPS = 4  # of a sighting, at most
_FACES = 0.4  # share of the sightings that show a face


@dataclass(frozen=True)
class Glimpse:
    """A person in one picture."""

    thing: str
    camera: str
    at: datetime
    clear: float


def glimpses(plan: Plan) -> list[Glimpse]:
    """All persons whom a camera shows well enough, a picture every 20 s while something moves."""
    world = world_of(plan)
    return [
        Glimpse(one.thing, camera.id, at, clarity(size, one.visible_share, frame.light, frame.infrared))
        for camera in world.property.cameras
        for at in world.moments(camera.id, EVERY_S)
        for frame in (frame_truth(world, camera.id, at),)
        for one in frame.objects
        if one.kind == "person" and one.visible_share >= LEAST_SHARE
        and (size := (one.box[3] - one.box[1]) * HEIGHT) >= LEAST_PX
    ]  # fmt: skip


def equal_error_rate(seen: Sequence[Glimpse], seed: int) -> float:
    """Of single vectors of different sightings: where as many of others pass as of the same are refused."""
    told = [(one, look) for one in seen if (look := vector(seed, REID, one.thing, one.camera, one.at, one.clear))]
    vectors = np.array([look.values for _, look in told])
    names = np.array([one.thing for one, _ in told])
    sightings = np.array([f"{one.thing} {one.camera} {int(one.at.timestamp()) // SIGHTING_S}" for one, _ in told])
    pairs = np.triu_indices(len(told), 1)
    cosines = (vectors @ vectors.T)[pairs]
    same = (names[:, None] == names[None])[pairs]
    apart = (sightings[:, None] != sightings[None])[pairs]
    genuine, others = np.sort(cosines[same & apart]), np.sort(cosines[~same])
    levels = np.linspace(-0.5, 1.0, 3001)
    refused = np.searchsorted(genuine, levels) / len(genuine)
    passed = 1.0 - np.searchsorted(others, levels) / len(others)
    best = int(np.argmin(np.abs(refused - passed)))
    return float((refused[best] + passed[best]) / 2)


@dataclass(frozen=True)
class Trials:
    """Sightings of strangers and members, and whom they were taken for."""

    strangers: int
    taken_for_members: int
    members: int
    recognised: int
    taken_for_others: int
    """Members who were taken for another member."""

    @property
    def wrong(self) -> float:
        return self.taken_for_members / self.strangers

    @property
    def recall(self) -> float:
        return self.recognised / self.members


def trials(seen: Sequence[Glimpse], seed: int, members: Sequence[str], strangers: int) -> Trials:
    """As many strangers as asked for, each of them seen once, and a fifth as many sightings of members.

    Each is seen as well as somebody in one of the household's pictures, drawn by chance; of whom nothing can be made
    there is no trial, since nothing is compared.
    """
    rng = np.random.default_rng([seed, 0x1D])
    at = seen[0].at - timedelta(days=30)
    enrolled = {
        (model, member): _enrolled(seed, model, member, at) for model in (FACE, REID) for member in members
    }
    counts: Counter[str] = Counter()
    number = 0
    while counts["strangers"] < strangers:
        number += 1
        found = _trial(seed, f"stranger:{number}", seen[int(rng.integers(len(seen)))], enrolled, members, rng)
        counts["strangers"] += found != ""
        counts["taken"] += found not in ("", None)
    while counts["members"] < strangers // 5:
        number += 1
        member = members[number % len(members)]
        glimpse = seen[int(rng.integers(len(seen)))]
        later = Glimpse(member, glimpse.camera, glimpse.at + timedelta(seconds=number), glimpse.clear)
        found = _trial(seed, member, later, enrolled, members, rng)
        counts["members"] += found != ""
        counts["recognised"] += found == member
        counts["others"] += found not in ("", None, member)
    return Trials(
        counts["strangers"], counts["taken"], counts["members"], counts["recognised"], counts["others"]
    )


def _enrolled(seed: int, model: str, member: str, at: datetime) -> Vector:
    told = [vector(seed, model, member, "album", at - timedelta(hours=hour), CLEAR) for hour in range(4 * ENROLLED)]
    return pooled(np.array([look.values for look in told if look is not None][:ENROLLED]))


def _trial(
    seed: int,
    thing: str,
    glimpse: Glimpse,
    enrolled: dict[tuple[str, str], Vector],
    members: Sequence[str],
    rng: np.random.Generator,
) -> str | None:
    """Whom the sighting is taken for; None: nobody, empty: nothing could be compared."""
    times = [glimpse.at + timedelta(seconds=WHILE_S * number) for number in range(int(rng.integers(1, CROPS + 1)))]
    has_face = glimpse.clear >= LEAST_QUALITY and rng.random() < _FACES
    compared = False
    for model in (FACE, REID) if has_face else (REID,):
        told = [vector(seed, model, thing, glimpse.camera, at, glimpse.clear) for at in times]
        crops = [look.values for look in told if look is not None]
        if crops:
            compared = True
            pool = best_crops(np.array(crops), [1.0] * len(crops))
            found = known_by(model, {member: float(pool @ enrolled[model, member]) for member in members})
            if found is not None:
                return found
    return None if compared else ""
