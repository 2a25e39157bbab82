"""The searcher and the GPU monitor as actors, beside a writer."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import ray

from actors import GPU_MONITOR, SEARCHER, WRITER, options
from actors.gpu_monitor import GpuMonitorActor
from actors.searcher import SearcherActor
from actors.writer import WriterActor
from homesec.search.fakes import STAND_IN, HashWords
from homesec.settings import Settings

pytestmark = pytest.mark.timeout(180)

EVENT = """
    INSERT INTO cameras (id, name, folder_path) VALUES ('yard', 'yard', 'yard');
    INSERT INTO batches (id, camera_id, started_at, last_at, revision) OVERRIDING SYSTEM VALUE
        VALUES (1, 'yard', now(), now(), 1);
    INSERT INTO events (batch_id, batch_revision, camera_id, started_at, ended_at, risk_score, risk_level, summary,
        reasoning, object_types) VALUES (1, 1, 'yard', now(), now(), 1, 'low', 'a person', 'at night', '{}')
"""


def _until(holds: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 60
    while not (found := holds()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)
    return found


def test_events_are_embedded_by_themselves_and_questions_are_answered(
    cluster: None, tmp_path: Path, database_url: str, redis_url: str
) -> None:
    settings = Settings.load(data_dir=tmp_path, search={"model": HashWords.name})
    writer: Any = ray.remote(WriterActor).options(**options(WRITER)).remote(settings, database_url, redis_url)
    searcher: Any = ray.remote(SearcherActor).options(**options(SEARCHER)).remote(settings, database_url)
    monitor: Any = ray.remote(GpuMonitorActor).options(**options(GPU_MONITOR)).remote(settings, GPU_MONITOR)
    try:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(EVENT)
            _until(lambda: connection.execute("SELECT 1 FROM events WHERE embedded_revision = revision").fetchone())
        health = ray.get(searcher.health.remote())
        assert (health["state"], health["events"], health["stand_in"]) == ("ok", 1, STAND_IN)
        asked = ray.get(searcher.embed.remote("a person"))
        assert (asked.model, asked.values.shape) == (HashWords.name, (128,))
        assert ray.get(searcher.embed.remote("!")) is None
        assert ray.get(monitor.health.remote())["state"] == "ok"  # also where there is no GPU
        ray.get([actor.stop.remote() for actor in (searcher, monitor)])
        ray.get(writer.stop.remote())
    finally:
        for actor in (searcher, monitor, writer):
            ray.kill(actor)


def test_without_its_weights_the_searcher_says_what_is_missing(
    cluster: None, tmp_path: Path, database_url: str
) -> None:
    settings = Settings.load(data_dir=tmp_path, search={"model": "guess"})
    searcher: Any = ray.remote(SearcherActor).options(**options(SEARCHER)).remote(settings, database_url)
    try:
        health = _until(lambda: _said(ray.get(searcher.health.remote())))
        assert health["state"] == "waiting"
        with pytest.raises(ray.exceptions.RayTaskError, match="there is no model"):
            ray.get(searcher.embed.remote("a person"))
    finally:
        ray.kill(searcher)


def _said(health: dict[str, Any]) -> dict[str, Any] | None:
    return health if "there is no model" in str(health["because"]) else None
