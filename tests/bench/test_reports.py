"""What benches say, and that their arithmetic is right."""

import json
import math

import pytest
from rich.console import Console

from actors.bench import BENCHES, show
from homesec.bench.report import Check, Report, at_least, at_most
from homesec.bench.rounds import Rounds, alternate, percentile, summary
from homesec.bench.slope import slope


def test_a_report_has_the_form_that_programs_read() -> None:
    report = Report("writer", (at_least("rate", 0.61234, 0.5), at_most("delay", 300, 250, "ms")), {"unit": "rows/s"})
    assert json.loads(json.dumps(report.to_json())) == {
        "name": "writer",
        "checks": [
            {"name": "rate", "value": 0.6123, "target": ">= 0.5", "ok": True},
            {"name": "delay", "value": 300.0, "target": "<= 250 ms", "ok": False},
        ],
        "details": {"unit": "rows/s"},
    }


def test_a_report_is_fine_when_every_check_is() -> None:
    good, bad = at_least("a", 1, 1), at_least("b", 0.99, 1)
    assert Report("x", (good,)).ok
    assert not Report("x", (good, bad)).ok


@pytest.mark.parametrize("check", [at_least("a", math.nan, 1), at_most("a", math.nan, 1)])
def test_a_figure_that_could_not_be_taken_misses_its_target(check: Check) -> None:
    assert not check.ok


def test_rounding_never_makes_a_miss_a_hit() -> None:
    assert not at_least("a", 0.499999, 0.5).ok
    assert not at_most("a", 250.0001, 250).ok


def test_people_see_what_was_missed() -> None:
    out = Console(record=True, width=120)
    show(Report("writer", (at_least("rate", 0.2, 0.5),), {"rounds": [1.0, 2.5], "cpu": {"postgres": 0.1}}), out)
    said = out.export_text()
    assert "missed" in said
    assert "1 2.5" in said
    assert "postgres 0.1" in said


def test_the_ratio_is_the_median_of_the_rounds() -> None:
    # one round in which the machine was busy during one way does not count
    assert Rounds(ours=(10.0, 10.0, 1.0), theirs=(20.0, 20.0, 20.0)).ratio == 0.5


def test_two_ways_are_taken_in_turns_and_each_begins_every_other_round() -> None:
    order: list[str] = []

    def way(name: str, figure: float) -> float:
        order.append(name)
        return figure

    found = alternate(lambda number: way("ours", 1.0 + number), lambda number: way("theirs", 4.0), rounds=3)
    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert found == Rounds((1.0, 2.0, 3.0), (4.0, 4.0, 4.0))
    assert found.ratio == 0.5


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([5.0], 95, 5.0),
        ([1.0, 2.0, 3.0, 4.0], 50, 2.0),
        ([float(number) for number in range(1, 101)], 95, 95.0),
        ([float(number) for number in range(1, 101)], 99, 99.0),
        ([3.0, 1.0, 2.0], 100, 3.0),  # in any order
    ],
)
def test_percentiles_are_values_that_were_measured(values: list[float], percent: float, expected: float) -> None:
    assert percentile(values, percent) == expected


def test_nothing_measured_is_no_number() -> None:
    assert math.isnan(percentile([], 50))
    assert summary([])["count"] == 0


def test_the_slope_is_that_of_the_line_whatever_one_sample_says() -> None:
    line = [(float(minute), 100 + 0.5 * minute) for minute in range(20)]
    assert slope(line) == pytest.approx(0.5)
    line[7] = (7.0, 900.0)
    assert slope(line) == pytest.approx(0.5, abs=0.01)
    assert slope(line[:1]) == 0.0


def test_every_bench_that_is_named_is_there() -> None:
    from importlib.util import find_spec

    assert all(find_spec(f"actors.bench.{name}") for name in BENCHES)
