"""The mark of a simulated data folder gives back the very same world."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homesec.errors import InvalidInput
from homesec.sim.life.days import Plant
from homesec.sim.marker import FILE, Simulation, is_simulated, read_marker, write_marker

START = datetime(2026, 5, 4, 9, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("plants", [1.0, [Plant("courier", START + timedelta(minutes=3))]])
def test_what_is_written_is_read_again(tmp_path: Path, plants: float | list[Plant]) -> None:
    simulation = Simulation(7, START, START + timedelta(hours=2), plants=plants, speed=20.0)
    write_marker(tmp_path, simulation)
    assert is_simulated(tmp_path)
    assert read_marker(tmp_path) == simulation


def test_the_world_is_the_same(tmp_path: Path) -> None:
    simulation = Simulation(7, START, START + timedelta(hours=2), plants=[Plant("courier", START)])
    write_marker(tmp_path, simulation)
    found = read_marker(tmp_path)
    assert found is not None
    when = START + timedelta(minutes=40)
    assert found.world().stories == simulation.world().stories
    assert found.world().at(when) == simulation.world().at(when)


def test_a_folder_of_real_data_has_no_mark(tmp_path: Path) -> None:
    assert read_marker(tmp_path) is None
    assert not is_simulated(tmp_path)


@pytest.mark.parametrize("told", ["", "{}", "[]", json.dumps({"seed": "x"}), '{"seed": 1, "start": "yesterday"}'])
def test_a_mark_that_cannot_be_read_is_an_error_in_words(tmp_path: Path, told: str) -> None:
    (tmp_path / FILE).write_text(told)
    with pytest.raises(InvalidInput, match=FILE):
        read_marker(tmp_path)
