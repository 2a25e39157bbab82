"""The chain of the log of changes: cut off with an anchor, tampered with, and checked from the command line."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from actors.cli import cli
from homesec.client import write_state
from homesec.store.writes.access import By, TrimAudit
from tests.api.house import House

pytestmark = pytest.mark.timeout(60)


def _changes(owner: httpx.Client, count: int) -> None:
    owner.post("/api/cameras", json={"name": "yard"})
    for number in range(count - 1):
        owner.patch("/api/cameras/yard", json={"name": f"yard {number}"})


def _trim(house: House, place: int, most: int = 10_000) -> int:
    """Cut off what is older than the row at this place."""
    row = house.rows("SELECT timestamp FROM audit_logs ORDER BY id LIMIT 1 OFFSET :place", place=place)[0]
    return int(house.apply(TrimAudit(row.timestamp, By("system"), most)))


def _ids(house: House) -> list[int]:
    return [row.id for row in house.rows("SELECT id FROM audit_logs ORDER BY id")]


def _check(owner: httpx.Client) -> dict[str, Any]:
    return dict(owner.get("/api/system/audit-logs/verify").json())


def test_trimming_leaves_an_anchor_that_fits(house: House, owner: httpx.Client) -> None:
    _changes(owner, 6)
    assert _trim(house, 4, most=3) == 3
    assert _trim(house, 1) == 1  # the rest of it
    assert _check(owner) == {"ok": True, "rows": 5, "broken_at": None, "trimmed": True}  # 3 changes and 2 anchors
    assert _trim(house, 4) == 4  # also an anchor of before
    assert _check(owner) == {"ok": True, "rows": 2, "broken_at": None, "trimmed": True}
    assert house.apply(TrimAudit(datetime.now(UTC) - timedelta(days=1), By("system"))) == 0
    assert len(_ids(house)) == 2, "nothing to cut off: nothing to say"
    assert house.apply(TrimAudit(datetime.now(UTC) + timedelta(days=1), By("system"))) == 2
    assert _check(owner) == {"ok": True, "rows": 1, "broken_at": None, "trimmed": True}
    [line] = owner.get("/api/system/audit-logs").json()["items"]
    assert (line["actor"], line["action"], line["details"]["rows"]) == ("system", "trim", 2)


def test_what_is_cut_off_without_its_anchor_is_a_break(house: House, owner: httpx.Client) -> None:
    _changes(owner, 5)
    first = _ids(house)[0]
    house.sql("DELETE FROM audit_logs WHERE id = :id", id=first)
    assert _check(owner)["broken_at"] == _ids(house)[0]
    _trim(house, 2)  # an honest cut behind the crime makes it no better ...
    assert _check(owner)["trimmed"] is True  # ... and no worse: what was cut off is not vouched for
    house.sql("DELETE FROM audit_logs WHERE id = :id", id=_ids(house)[0])
    assert _check(owner) == {"ok": False, "rows": 0, "broken_at": _ids(house)[0], "trimmed": False}


def test_the_command_line_says_where_the_chain_breaks(house: House, owner: httpx.Client) -> None:
    _changes(owner, 4)
    write_state(house.settings.data_dir, {"pid": os.getpid(), "url": house.url})
    (house.settings.data_dir / "admin.key").write_text(house.key())
    asked = ["audit", "verify", "--data-dir", str(house.settings.data_dir)]
    whole = CliRunner().invoke(cli, asked)
    assert (whole.exit_code, whole.output) == (0, "the log of changes is whole: 6 rows\n")
    victim = _ids(house)[2]
    house.sql("UPDATE audit_logs SET actor = 'nobody' WHERE id = :id", id=victim)
    broken = CliRunner().invoke(cli, asked)
    assert broken.exit_code == 1
    assert f"broken at row {victim}" in broken.output
