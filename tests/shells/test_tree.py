"""What the root builds, by the settings."""

from pathlib import Path
from typing import Any

from actors import root
from actors.tree import Home, children
from homesec.settings import Settings


def names(data_dir: Path, **given: Any) -> list[str]:
    """The children in the order in which they stop."""
    home = Home(Settings.load(data_dir=data_dir, **given), "postgresql://", "redis://", {"0" * 56: "v"}, None)
    return [child.name for child in sorted(children(home), key=lambda child: child.stops)]


def test_the_writer_stops_last_and_what_takes_work_in_first(tmp_path: Path) -> None:
    built = names(tmp_path, detector={"replicas": 2}, analysts=2, ray_address="auto")
    assert built == [
        "watcher", "detector:0", "detector:1", "aggregator", "analyst:0", "analyst:1", "keeper", "jobs",
        "media_server:v", "writer",
    ]  # fmt: skip


def test_a_media_server_is_there_only_where_another_node_may_ask(tmp_path: Path) -> None:
    assert "media_server:v" not in names(tmp_path)


def test_an_enricher_is_there_only_when_further_models_are_asked_for(tmp_path: Path) -> None:
    assert not [name for name in names(tmp_path) if name.startswith("enricher")]
    built = names(tmp_path, enrichment={"model": "sim-oracle"})
    assert built.index("analyst:0") < built.index("enricher:0") < built.index("writer")


def test_slow_stages_leave_the_writer_its_time_within_the_time_of_a_stop(tmp_path: Path) -> None:
    settings = Settings.load(data_dir=tmp_path, ray_address="auto", enrichment={"model": "sim-oracle"})
    tree = children(Home(settings, "postgresql://", "redis://", {"0" * 56: "v"}, None))
    *stages, last = sorted({child.stops for child in tree})
    assert [child.name for child in tree if child.stops == last] == ["writer"]
    spent = 0.0
    for _ in stages:  # each hangs
        spent += root.stage_s(root.STAGES_S - spent)
    assert root.LOOPS_S + spent + root.STOP_S <= root.WHOLE_STOP_S - 5  # rest: ending processes, closing connections
    assert root.stage_s(root.STAGES_S) == root.STOP_S  # while no other was slow


def test_a_gpu_monitor_is_there_for_each_node_with_a_gpu(tmp_path: Path) -> None:
    assert "gpu_monitor" not in names(tmp_path)
    settings = Settings.load(data_dir=tmp_path, ray_address="auto")
    gpu_nodes = ("1" * 56, "2" * 56)
    tree = children(Home(settings, "postgresql://", "redis://", {"0" * 56: "v"}, None, gpu_nodes=gpu_nodes))
    assert [child.name for child in tree if child.name.startswith("gpu")] == ["gpu_monitor", "gpu_monitor:1"]


def test_a_searcher_is_there_only_when_a_model_for_it_is_asked_for(tmp_path: Path) -> None:
    assert "searcher" not in names(tmp_path)
    assert "searcher" in names(tmp_path, search={"model": "fake:hash-words"})
