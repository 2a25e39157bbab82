"""What takes long; run by hand with `make soak`."""

import json
import os
import random
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.running import SCRIPT, Listener, Running, until
from tests.e2e.test_kills import CAMERAS, DETECTOR, KILLS, picture, rows

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]
MINUTES = float(os.environ.get("SOAK_MINUTES", "20"))


def test_memory_does_not_climb_under_load(tmp_path: Path) -> None:
    answer = subprocess.run(
        [str(SCRIPT), "bench", "memory", "--minutes", str(MINUTES), "--json"],
        capture_output=True, text=True, timeout=MINUTES * 60 + 600, cwd=tmp_path,
    )  # fmt: skip
    report = json.loads(answer.stdout)
    print(json.dumps(report))
    assert all(check["ok"] for check in report["checks"])


def test_random_kills_for_a_long_time_lose_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(11)
    system = Running(tmp_path / "data", DETECTOR)
    killed: list[str] = []
    put = 0
    try:
        system.start()
        listener = Listener(system)
        end = time.monotonic() + MINUTES * 60
        while time.monotonic() < end:
            for _ in range(40):
                upload = picture(put)
                system.put(CAMERAS[put % len(CAMERAS)], upload.name, upload.data)
                put += 1
                time.sleep(0.05)
            name = chance.choice(list(KILLS))
            killed.append(name)
            KILLS[name](system)
            time.sleep(chance.uniform(0, 6))
        until(lambda: rows(system, "SELECT count(*) FROM uploads WHERE state = 'done'") == [(put,)], 300, 2)
        assert rows(system, "SELECT count(*) FROM detections "
                            "WHERE (batch_id IS NULL) = (excluded_because IS NULL)") == [(0,)]  # fmt: skip
        assert rows(system, "SELECT batch_id FROM events GROUP BY 1 HAVING count(*) > 1") == []
        head = rows(system, "SELECT seq FROM outbox_head")[0][0]
        until(lambda: listener.messages and listener.messages[-1]["seq"] >= head, 60)
        listener.close()
        assert [message["seq"] for message in listener.messages][:head] == list(range(1, head + 1))
        print(f"{put} uploads, {len(killed)} kills: {killed}")
        assert system.stop() == 0
    finally:
        system.kill_everything()
