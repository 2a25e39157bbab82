"""`homesec bench` as a command."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(sys.executable).with_name("homesec")


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    return subprocess.run(
        [str(SCRIPT), "bench", *words], capture_output=True, text=True, timeout=110, env=clean, check=False
    )


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    answer = bench("speed")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "there is no bench 'speed'" in answer.stderr
    assert "pipeline, latency, writer" in answer.stderr


@pytest.mark.timeout(120)
def test_the_writer_bench_prints_one_object_and_its_exit_status_says_whether_all_is_well() -> None:
    answer = bench("writer", "--json", "--quick")
    [line] = answer.stdout.splitlines()
    report = json.loads(line)
    assert set(report) == {"name", "checks", "details"}
    assert report["name"] == "writer"
    assert all(set(check) == {"name", "value", "target", "ok"} for check in report["checks"])
    assert answer.returncode == (0 if all(check["ok"] for check in report["checks"]) else 1)

    ratio, stored = report["checks"]
    details = report["details"]
    pairs = zip(details["ours"], details["against"], strict=True)
    ratios = sorted(ours / against for ours, against in pairs)
    assert ratio["value"] == pytest.approx(ratios[1], rel=0.01)  # the median of three rounds
    assert ratio["ok"] == (ratio["value"] >= 0.5)
    assert stored == {"name": "stored / sent", "value": 1.0, "target": ">= 1", "ok": True}
