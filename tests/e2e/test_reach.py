"""Who homesec talks to."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(300)
ROOT = Path(__file__).parents[2]


def test_a_start_and_an_event_send_nothing_to_anywhere_but_this_machine(tmp_path: Path) -> None:
    answer = subprocess.run(
        ["unshare", "--net", sys.executable, "-m", "tests.e2e.alone", str(tmp_path)],
        capture_output=True, text=True, timeout=200, cwd=ROOT,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr[-3000:]
    result = json.loads(answer.stdout.splitlines()[-1])
    assert result["event"] == 1
    assert result["destinations"] == []
