import pytest
from hypothesis import given
from hypothesis import strategies as st

from homesec.domain.calibration import Calibration
from homesec.domain.risk import BANDS, Evidence, assess, level, recompute
from homesec.errors import InvalidInput

LOW = Calibration(((0.0, 0.0), (0.5, 0.2), (1.0, 0.6)), 7)


@pytest.mark.parametrize(
    ("number", "word"), [(0, "low"), (29, "low"), (30, "medium"), (59, "medium"), (60, "high"), (84, "high"),
                         (85, "critical"), (100, "critical")],
)  # fmt: skip
def test_the_level_is_the_band_of_the_score(number: int, word: str) -> None:
    assert level(number) == word
    assert word in dict((name, least) for least, name in BANDS)


def test_ten_weak_items_of_one_kind_do_not_add_up_to_an_alarm() -> None:
    weak = [Evidence("k", "one", "weak", 0.8) for _ in range(50)]
    spread = [Evidence("k", f"family {i}", "weak", 0.8) for i in range(50)]
    assert assess(weak).score <= 50
    assert assess(spread).score == 100


def test_a_floor_wins_over_a_ceiling() -> None:
    items = [Evidence("weapon", "threat", "a gun", 0.0, floor=85), Evidence("pet", "presence", "a cat", 0.0, ceiling=5)]
    assert assess(items).score == 85


def test_a_calibration_moves_the_score_and_no_floor() -> None:
    certain = [Evidence("k", "one", "sure", 9.0), Evidence("k", "two", "sure", 9.0)]
    assert assess(certain).score == 95
    assert assess(certain, calibration=LOW).score < 60
    assert assess(certain, calibration=LOW).calibration_id == 7
    assert assess([*certain, Evidence("weapon", "threat", "a gun", 0.0, floor=85)], calibration=LOW).score == 85


@pytest.mark.parametrize(
    "corners", [((0.0, 0.0),), ((0.0, 0.5), (1.0, 0.4)), ((0.1, 0.0), (1.0, 1.0)), ((0.0, 0.0), (1.0, 1.2))]
)
def test_a_curve_that_falls_or_leaves_its_bounds_is_refused(corners: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(InvalidInput, match="calibration"):
        Calibration(corners)


def test_a_curve_is_read_as_it_was_stored() -> None:
    assert Calibration.from_params(LOW.params(), 7) == LOW
    for broken in ({}, {"corners": [[0, 0], ["x", 1]]}, {"corners": [0, 1]}):
        with pytest.raises(InvalidInput, match="corners"):
            Calibration.from_params(broken)


item = st.builds(
    Evidence,
    kind=st.just("k"),
    family=st.sampled_from(["a", "threat", "manner"]),
    text=st.text(max_size=10),
    weight=st.floats(-5, 5),
    floor=st.none() | st.integers(0, 100),
    ceiling=st.none() | st.integers(0, 100),
)
share = st.floats(0, 1)
curve = st.builds(lambda y, top: Calibration(((0.0, 0.0), (0.5, y * top), (1.0, top))), share, share)


@given(st.lists(item, max_size=12), st.floats(-5, 5), curve)
def test_a_score_can_be_computed_again_from_what_is_stored(
    items: list[Evidence], prior: float, calibration: Calibration
) -> None:
    risk = assess(items, prior, calibration)
    assert 0 <= risk.score <= 100
    assert recompute([piece.to_json() for piece in risk.evidence], risk.prior, calibration) == risk.score


@given(st.lists(item, max_size=8), item, curve)
def test_more_weight_never_lowers_a_score(items: list[Evidence], more: Evidence, calibration: Calibration) -> None:
    free = [Evidence(i.kind, i.family, i.text, i.weight) for i in [*items, more]]
    heavier = [*free[:-1], Evidence(more.kind, more.family, more.text, abs(more.weight))]
    assert assess(heavier, calibration=calibration).score >= assess(free, calibration=calibration).score
