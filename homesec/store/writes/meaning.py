"""Writes of the searcher: vectors of events, and the index of one model's vectors."""

import hashlib
from dataclasses import dataclass

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from homesec.store.writes.unit import Outcome

_SAVE = text(
    """
    UPDATE events AS event SET embedding = CAST(line.vector::text AS vector), embedding_model = :model,
        embedded_revision = line.revision
    FROM jsonb_to_recordset(:lines) AS line(id bigint, revision integer, vector jsonb)
    WHERE event.id = line.id AND event.revision >= line.revision
        AND (event.embedding_model, event.embedded_revision) IS DISTINCT FROM (:model, line.revision)
    """
)
_FORGET = text(
    """
    UPDATE events SET embedded_revision = NULL WHERE id IN (
        SELECT id FROM events WHERE embedding_model <> :model AND embedded_revision IS NOT NULL LIMIT :most)
    """
)
_INDEXES = text("SELECT indexname FROM pg_indexes WHERE tablename = 'events' AND indexname LIKE 'hnsw\\_events\\_%'")


@dataclass(frozen=True)
class Meaning:
    """The vector of an event as it was at this revision."""

    event_id: int
    revision: int
    vector: tuple[float, ...]


@dataclass(frozen=True)
class SaveMeanings:
    """What a model says of events. An event that has changed since is due again by itself. Nobody is told of it."""

    model: str
    meanings: tuple[Meaning, ...]

    def apply(self, connection: Connection) -> Outcome:
        lines = [{"id": one.event_id, "revision": one.revision, "vector": one.vector} for one in self.meanings]
        connection.execute(_SAVE, {"model": self.model, "lines": Jsonb(lines)})
        return Outcome()


@dataclass(frozen=True)
class ForgetMeanings:
    """Events that another model embedded are due. Result: how many there were, at most `most`."""

    model: str
    most: int = 5000

    def apply(self, connection: Connection) -> Outcome:
        return Outcome(connection.execute(_FORGET, {"model": self.model, "most": self.most}).rowcount)


@dataclass(frozen=True)
class EnsureMeaningIndex:
    """The index of this model's vectors (HNSW, cosine); those of other models, which nobody asks any more, go."""

    model: str
    dimension: int

    def apply(self, connection: Connection) -> Outcome:
        digest = hashlib.sha256(self.model.encode()).hexdigest()[:12]
        name = f"hnsw_events_{digest}_{int(self.dimension)}"
        there = set(connection.execute(_INDEXES).scalars())
        for old in sorted(there - {name}):
            connection.execute(text(f'DROP INDEX "{old}"'))
        if name not in there:
            connection.exec_driver_sql(
                f"CREATE INDEX {name} ON events"
                f" USING hnsw ((embedding::vector({int(self.dimension)})) vector_cosine_ops)"
                f" WHERE embedding_model = {_literal(self.model)}"
            )
        return Outcome()


def _literal(words: str) -> str:
    """An SQL string: DDL takes no parameters."""
    return "'" + words.replace("'", "''") + "'"
