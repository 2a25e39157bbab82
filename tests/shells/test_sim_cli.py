"""`homesec sim` at the command line."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from actors.cli import cli
from homesec.errors import InvalidInput


def said(*words: str) -> str:
    result = CliRunner().invoke(cli, ["sim", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_truth_is_json_lines_the_same_every_time() -> None:
    words = ("truth", "--seed", "2", "--date", "2026-06-10", "--hours", "1", "--step", "5")
    lines = said(*words).splitlines()
    assert said(*words).splitlines() == lines
    assert {json.loads(line)["type"] for line in lines} == {"story", "frame"}
    assert said("truth", "--seed", "3", *words[3:]).splitlines() != lines


def test_the_truth_of_one_camera_is_about_it_alone() -> None:
    words = ("truth", "--seed", "2", "--date", "2026-06-10", "--hours", "1", "--step", "5", "--camera", "driveway")
    rows = [json.loads(line) for line in said(*words).splitlines()]
    assert rows
    assert all(row["camera"] == "driveway" if row["type"] == "frame" else "driveway" in row["cameras"] for row in rows)


def test_a_picture_has_the_size_that_was_asked_for_and_is_the_same_every_time(tmp_path: Path) -> None:
    how = ("--at", "2026-06-10T10:30", "--width", "320", "--height", "180")
    for name in ("one.png", "two.png"):
        said("picture", "driveway", str(tmp_path / name), *how)
    one, two = (np.asarray(Image.open(tmp_path / name)) for name in ("one.png", "two.png"))
    assert one.shape == (180, 320, 3)
    assert np.array_equal(one, two)


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (["picture", "garage", "x.png"], "garage is none of front_door"),
        (["picture", "driveway", "x.png", "--at", "noon"], "noon is no time"),
        (["picture", "driveway", "/nowhere/x.png", "--width", "64", "--height", "36"], "cannot be written"),
        (["truth", "--date", "31"], "31 is no day"),
        (["truth", "--camera", "garage", "--hours", "1"], "garage is none of"),
    ],
)
def test_what_makes_no_sense_is_said_in_words(words: list[str], because: str) -> None:
    with pytest.raises(InvalidInput, match=because):
        CliRunner().invoke(cli, ["sim", *words], catch_exceptions=False)
