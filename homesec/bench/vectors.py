"""Vectors as a text model gives them, in number: crowds of similar ones, in fewer directions than they have numbers."""

from collections.abc import Iterator

import numpy as np
import psycopg
from numpy.typing import NDArray

DIMENSION = 128
MODEL = "bench"
_CROWDS, _DIRECTIONS = 1000, 32
_WITHIN = 0.6  # of a crowd's distance from the middle: how far its members are apart
_CHUNK = 50_000


class Crowds:
    """From one seed: the same crowds for those that are stored and those that are asked for."""

    def __init__(self, seed: int) -> None:
        self._dice = np.random.default_rng(seed)
        self._middles = self._dice.standard_normal((_CROWDS, _DIRECTIONS), np.float32)
        self._spread = self._dice.standard_normal((_DIRECTIONS, DIMENSION), np.float32)

    def draw(self, count: int) -> NDArray[np.float32]:
        """Shape (count, 128), each of unit length."""
        places = self._middles[self._dice.integers(_CROWDS, size=count)]
        places = places + _WITHIN * self._dice.standard_normal((count, _DIRECTIONS), np.float32)
        vectors = places @ self._spread + 0.05 * self._dice.standard_normal((count, DIMENSION), np.float32)
        unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def store(connection: psycopg.Connection, vectors: NDArray[np.float32]) -> None:
    """Give event n the vector n - 1. `connection` is in autocommit."""
    connection.execute("CREATE UNLOGGED TABLE bench_vectors (id bigint PRIMARY KEY, vector vector)")
    with connection.cursor().copy("COPY bench_vectors FROM STDIN (FORMAT binary)") as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        for part in _rows(vectors):
            copy.write(part)
        copy.write(b"\xff\xff")
    connection.execute(
        "UPDATE events SET embedding = line.vector, embedding_model = %s, embedded_revision = revision"
        " FROM bench_vectors AS line WHERE line.id = events.id",
        (MODEL,),
    )
    connection.execute("DROP TABLE bench_vectors")


def _rows(vectors: NDArray[np.float32]) -> Iterator[bytes]:
    """Of PostgreSQL's binary COPY: two fields, an id and a vector (its length, a zero, its numbers)."""
    size = vectors.shape[1]
    row = np.dtype([
        ("fields", ">i2"), ("id_bytes", ">i4"), ("id", ">i8"), ("bytes", ">i4"), ("size", ">i2"), ("zero", ">i2"),
        ("numbers", ">f4", (size,)),
    ])  # fmt: skip
    for first in range(0, len(vectors), _CHUNK):
        part = vectors[first : first + _CHUNK]
        rows = np.zeros(len(part), row)
        rows["fields"], rows["id_bytes"], rows["bytes"], rows["size"] = 2, 8, 4 + 4 * size, size
        rows["id"], rows["numbers"] = np.arange(first + 1, first + 1 + len(part)), part
        yield rows.tobytes()


def nearest(vectors: NDArray[np.float32], asked: NDArray[np.float32], count: int) -> list[set[int]]:
    """Of each that is asked for the places of the `count` nearest, exactly."""
    best: list[tuple[NDArray[np.float32], NDArray[np.int64]]] = []
    for first in range(0, len(vectors), _CHUNK):
        likeness = asked @ vectors[first : first + _CHUNK].T
        top = np.argpartition(-likeness, min(count, likeness.shape[1] - 1), axis=1)[:, :count]
        best.append((np.take_along_axis(likeness, top, 1), top + first))
    likeness, places = (np.concatenate(parts, axis=1) for parts in zip(*best, strict=True))
    top = np.argsort(-likeness, axis=1)[:, :count]
    return [set(row) for row in np.take_along_axis(places, top, 1).tolist()]
