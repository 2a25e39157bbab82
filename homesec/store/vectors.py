"""Vectors as PostgreSQL writes them, and the index of a model's vectors."""

import re
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from homesec.errors import InvalidInput

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
# from the table itself: what to_regclass says may be older than the lock
_EXISTS = text(
    "SELECT EXISTS (SELECT FROM pg_class WHERE relname = :name AND relnamespace = current_schema()::regnamespace)"
)
_NAME = re.compile(r"[\w.:/@+-]{1,100}")
_MODELS = {"entities": "embedding_model", "reid_embeddings": "model"}
"""Tables that are searched by vector, and their column of the model's name."""


def to_text(vector: NDArray[np.floating]) -> str:
    """As pgvector reads it."""
    return "[" + ",".join(f"{value:.9g}" for value in vector) + "]"


def from_text(stored: str) -> NDArray[np.float32]:
    return np.array(stored[1:-1].split(","), dtype=np.float32)


def model_name(model: str) -> str:
    """A model's name as it may stand in a statement: a partial index only serves a query that names the model plainly.

    Raises InvalidInput for a name that is none.
    """
    if not _NAME.fullmatch(model):
        raise InvalidInput("model: a name has letters, digits and . : / @ + - only")
    return model


def ensure_index(connection: Connection, table: str, model: str, size: int) -> None:
    """Make the nearest-neighbour index of this model's vectors when it is used for the first time."""
    plain = re.sub(r"[^a-z0-9]+", "_", model.lower())[:24]
    name = f"hnsw_{table}_{plain}_{crc32(model.encode()):08x}"
    if _exists(connection, name):
        return
    connection.execute(_LOCK, {"name": name})  # who comes second finds it made
    if not _exists(connection, name):
        connection.exec_driver_sql(
            f"CREATE INDEX {name} ON {table} USING hnsw ((embedding::vector({int(size)})) vector_cosine_ops) "
            f"WHERE {_MODELS[table]} = '{model_name(model)}'"
        )


def _exists(connection: Connection, name: str) -> bool:
    return bool(connection.scalar(_EXISTS, {"name": name}))
