"""The demo as a newcomer starts it: the system and the household in one command, and the report at its end."""

import json
import os
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.e2e.running import SCRIPT, free_port

pytestmark = pytest.mark.timeout(300)


def demo(data_dir: Path, *options: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "HOMESEC_"))}
    command = [str(SCRIPT), "demo", "--data-dir", str(data_dir), "--port", str(free_port()), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, env=clean, cwd="/")


@pytest.mark.parametrize("way", [[], ["--ftp"]], ids=["folders", "ftp"])
def test_a_short_demo_shows_events_loses_nothing_and_leaves_nothing_running(tmp_path: Path, way: list[str]) -> None:
    report, data_dir = tmp_path / "report.json", tmp_path / "data"
    play = ["--minutes", "0.2", "--speed", "10", "--seed", "3", "--detector", "null:person", "--report", str(report)]
    done = demo(data_dir, *play, *way)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    told = json.loads(report.read_text())
    uploads = told["uploads"]
    assert uploads["files"] > 10
    assert uploads["lost"] == []
    assert uploads["refused_others"] == []
    assert uploads["refused_broken"] == uploads["broken"]
    assert uploads["states"]["done"] == uploads["distinct"] - uploads["broken"]
    assert sum(told["events"].values()) > 0
    assert told["first_event_s"] is not None
    assert any(story["scores"] for story in told["stories"])
    assert told["memory"]["last_mb"] > 100
    assert told["followed"]["tracks"] > 0
    assert told["followed"]["stays"] > 0
    assert (data_dir / "simulated.json").exists()
    assert not [
        process.info for process in psutil.process_iter(["cmdline"]) if str(data_dir) in (process.info["cmdline"] or [])
    ]


def test_a_folder_of_real_data_is_refused_in_words_and_stays(tmp_path: Path) -> None:
    (tmp_path / "cameras" / "front_door").mkdir(parents=True)
    done = demo(tmp_path)
    assert done.returncode == 1
    assert "real data" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["cameras"]
