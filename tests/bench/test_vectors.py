"""Vectors for the bench of search: as they are drawn, stored and compared."""

import numpy as np
import psycopg

from homesec.bench import history, vectors


def test_the_nearest_are_the_nearest() -> None:
    crowds = vectors.Crowds(1)
    stored, asked = crowds.draw(3000), crowds.draw(3)
    np.testing.assert_allclose(np.linalg.norm(stored, axis=1), 1.0, atol=1e-5)
    right = [set(np.argsort(-(stored @ one))[:10].tolist()) for one in asked]
    assert vectors.nearest(stored, asked, 10) == right


def test_event_n_has_vector_n(database_url: str) -> None:
    stored = vectors.Crowds(1).draw(30)
    with psycopg.connect(database_url, autocommit=True) as connection:
        history.make(connection, 30, lambda _: None, lambda: vectors.store(connection, stored))
        rows = connection.execute("SELECT id, embedding::text FROM events ORDER BY id").fetchall()
        due = connection.execute("SELECT count(*) FROM events WHERE embedded_revision IS DISTINCT FROM revision")
        assert due.fetchone() == (0,)
    assert [number for number, _ in rows] == list(range(1, 31))
    read = np.array([[float(value) for value in words[1:-1].split(",")] for _, words in rows], np.float32)
    np.testing.assert_allclose(read, stored, atol=1e-6)
