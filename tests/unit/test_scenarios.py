"""Scenario files: how they are read, and what the scenes kept here say of the scorer."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from actors.cli import cli
from homesec.domain.judgement import judge
from homesec.domain.quality import Judged, Quality, quality
from homesec.errors import InvalidInput
from homesec.scenarios import read_scenarios

FOLDER = Path(__file__).parents[1] / "scenarios"
FILES = sorted(FOLDER.glob("*.yaml"))
HELD_OUT = FOLDER / "held_out.yaml"  # written before anything was tuned, and never tuned on
LATER = FOLDER / "later.yaml"  # written afterwards, and not tuned on either
FRESH = FOLDER / "fresh.yaml"  # written by somebody else, who had not seen the scorer
TUNED_ON = [file for file in FILES if file not in (HELD_OUT, LATER, FRESH)]


def judged(*files: Path) -> list[Judged]:
    scenes = [one for file in files for one in read_scenarios(file)]
    return [Judged(judge(one.scene).score, one.label, one.expect) for one in scenes]


@pytest.mark.parametrize(
    "files", [[HELD_OUT], [LATER], [FRESH], TUNED_ON], ids=["held out", "later", "fresh", "tuned on"]
)
def test_scores_are_as_good_as_is_promised(files: list[Path]) -> None:
    found = quality(judged(*files))
    assert found.false_alarms is not None
    assert found.false_alarms <= 0.05
    assert found.recall is not None
    assert found.recall >= 0.95
    assert found.auroc is not None
    assert found.auroc >= 0.98
    assert found.ranges_met is not None
    assert found.ranges_met >= 0.9


def test_there_are_enough_scenes_and_no_two_have_a_name() -> None:
    names = [one.name for file in FILES for one in read_scenarios(file)]
    assert len(names) == len(set(names)) >= 250
    tuned_on = sum(len(read_scenarios(file)) for file in TUNED_ON)
    assert len(names) - tuned_on >= len(names) / 3


PERSON = "- name: a\n  tracks:\n    - {class: person"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("- name: a\n  colour: red", r"x.yaml\[1\] \(a\): unknown key 'colour'"),
        (PERSON + ", hat: true}", r"\(a\).tracks\[1\]: unknown key 'hat'"),
        (PERSON + ", action: {name: walking, sure: 1}}", r"tracks\[1\].action: unknown key 'sure'"),
        (PERSON + ", confidence: 2}", r"tracks\[1\].confidence: must be 0 or more and at most 1"),
        (PERSON + ", confidence: high}", r"tracks\[1\].confidence: must be a number"),
        (PERSON + ", seen_before: 1.5}", r"seen_before: must be a whole number"),
        (PERSON + ", pose: upside_down}", r"pose: must be one of standing"),
        (PERSON + ", identity: Ann}", r"identity: must be unknown"),
        (PERSON + ", identity: 'member:Ann'}", r"identity: the household has no 'Ann'"),
        (PERSON + ", zones: {porch: 3}}", r"zones: there is no zone 'porch'"),
        (PERSON + ", crosses: [gate]}", r"crosses\[1\]: must be a line and its direction"),
        ("- name: a\n  tracks: [{confidence: 1}]", r"tracks\[1\]: needs a class"),
        ("- label: benign", r"x.yaml\[1\]: needs a name"),
        ("- name: a\n  label: bad", r"label: must be one of benign"),
        ("- name: a\n  expect: [50, 20]", r"expect: must be the lowest and the highest"),
        ("- name: a\n  local_time: noon", r"local_time: must be a time"),
        ("- name: a\n  zones: {porch: roof}", r"zones.porch: must be one of entry_point"),
        ("- name: a\n  zones: {porch: {type: yard, allowed: [Ann]}}", r"porch.allowed: the household has no 'Ann'"),
        ("- name: a\n  household: [{name: B, role: family, trust: full, schedule: never}]", r"household\[1\] \(B\)"),
        ("- name: a\n  threats: [{type: spoon}]", r"threats\[1\].type: must be one of gun"),
        ("name: a", "must be a list"),
        ("", "must be a list"),
        ("[]", "holds no scenes"),
        ("- {", "is no YAML"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(text)
    with pytest.raises(InvalidInput, match=place):
        read_scenarios(file)


def test_measures_are_right_on_a_hand_made_table() -> None:
    rows = [Judged(10, "benign", (0, 20)), Judged(35, "benign", (0, 20)), Judged(90, "incident", None),
            Judged(35, "incident", (30, 40)), Judged(50, "suspicious", None)]  # fmt: skip
    assert quality(rows) == Quality(
        scenes=5, false_alarms=0.5, recall=0.5, auroc=0.875, calibration_error=0.125, ranges_met=0.6667
    )
    assert quality([]) == Quality(0, None, None, None, None, None)


def test_the_command_prints_each_scene_with_its_evidence_and_the_measures() -> None:
    told = CliRunner().invoke(cli, ["score", str(HELD_OUT), "--json"], catch_exceptions=False)
    answer = json.loads(told.output)
    assert [row["score"] for row in answer["scenes"]] == [one.score for one in judged(HELD_OUT)]
    assert answer["quality"]["scenes"] == len(answer["scenes"])
    assert all(row["evidence"] for row in answer["scenes"])
    words = CliRunner().invoke(cli, ["score", str(HELD_OUT)], catch_exceptions=False).output
    assert "parcel driver at the side door, in and out" in words
    assert "false alarms: " in words
