"""Whether entities are who they are said to be: tracks of a household against who was truly there."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from homesec.bench.accuracy import stored
from homesec.bench.accuracy.expected import Expected
from homesec.bench.accuracy.watched import Watched

SHOWN = 8
PURE = 0.9  # share of a track's detections that show the same thing; the rest may be in the way
_TRACKS = """
    SELECT tracks.id, CAST(entities.id AS text), entities.entity_type
    FROM tracks JOIN entities ON entities.id = tracks.entity_id ORDER BY tracks.first_seen, tracks.id
"""


_UNFOUNDED = """
    SELECT count(DISTINCT tracks.id) FROM tracks JOIN detections ON detections.track_id = tracks.id
        JOIN reid_embeddings ON detection_id = detections.id WHERE tracks.entity_id IS NULL
"""


@dataclass(frozen=True)
class Recognised:
    """The tracks of one type that have an entity and show one thing."""

    tracks: int
    things: int
    entities: int
    mixed: int
    """Tracks whose entity is mostly somebody else."""
    worst: tuple[str, ...]

    @property
    def surplus(self) -> float:
        """How far the number of entities is from the true number, in shares of it."""
        return abs(self.entities - self.things) / max(self.things, 1)

    @property
    def wrong(self) -> float:
        return self.mixed / max(self.tracks, 1)

    def to_json(self) -> dict[str, Any]:
        return {
            "tracks": self.tracks,
            "true_number": self.things,
            "entities": self.entities,
            "wrongly_merged_tracks": self.mixed,
            "worst": list(self.worst),
        }


def recognised(rows: Iterable[tuple[str, str]]) -> Recognised:
    """From the true thing and the entity of every track."""
    told = list(rows)
    of_entity: defaultdict[str, Counter[str]] = defaultdict(Counter)
    of_thing: defaultdict[str, set[str]] = defaultdict(set)
    for thing, entity in told:
        of_entity[entity][thing] += 1
        of_thing[thing].add(entity)
    mixed = sum(counts.total() - counts.most_common(1)[0][1] for counts in of_entity.values())
    torn = sorted(of_thing.items(), key=lambda item: (-len(item[1]), item[0]))[:SHOWN]
    merged = sorted(of_entity.values(), key=lambda counts: -len(counts))[:SHOWN]
    return Recognised(
        len(told),
        len(of_thing),
        len(of_entity),
        mixed,
        (
            *(f"{thing}: {len(entities)} entities" for thing, entities in torn if len(entities) > 1),
            *(f"one entity: {dict(counts)}" for counts in merged if len(counts) > 1),
        ),
    )


def entities(
    database: psycopg.Connection, expected: Mapping[str, Expected]
) -> tuple[dict[str, Recognised], int]:
    """By type, and how many tracks were left out since they show several things, which no entity can be right about.

    `expected` are all pictures that were taken, by their paths.
    """
    watched = Watched()
    for picture, said in stored.pictures(database, expected):
        watched.add(picture, said)
    rows: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    mixed = 0
    for track, entity, entity_type in database.execute(_TRACKS).fetchall():
        thing = watched.thing_of(track)
        if thing is None or watched.purity(track) < PURE:
            mixed += 1
        else:
            rows[entity_type].append((thing, entity))
    return {entity_type: recognised(told) for entity_type, told in sorted(rows.items())}, mixed


def unfounded(database: psycopg.Connection) -> int:
    """Tracks with a vector that are like nothing, and of which too little was seen to be known again."""
    [(count,)] = database.execute(_UNFOUNDED).fetchall()
    return int(count)
