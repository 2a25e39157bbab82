import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homesec.domain.geometry import Points, contains, cut, cuts, depth, edges, points, side
from homesec.errors import InvalidInput

SQUARE: Points = ((0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6))
HORSESHOE: Points = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.6, 0.9), (0.6, 0.3), (0.4, 0.3), (0.4, 0.9), (0.1, 0.9))
place = st.tuples(st.floats(0, 1), st.floats(0, 1))


@pytest.mark.parametrize(
    ("shape", "coordinates"),
    [
        ("polygon", [[0, 0], [1, 0], [0.5, 1]]),
        ("polygon", HORSESHOE),  # hollow
        ("rectangle", SQUARE),
        ("rectangle", [[0.1, 0.1], [0.1, 0.9], [0.9, 0.9], [0.9, 0.1]]),  # the other way round
        ("line", [[0, 0.5], [1, 0.5]]),
    ],
)
def test_sound_shapes_are_taken_as_they_are(shape: str, coordinates: Points) -> None:
    assert points(shape, coordinates) == tuple((float(x), float(y)) for x, y in coordinates)


@pytest.mark.parametrize(
    ("shape", "coordinates", "said"),
    [
        ("polygon", [[0, 0], [1, 0]], "3 to 64 points, not 2"),
        ("line", [[0, 0], [1, 0], [1, 1]], "2 points, not 3"),
        ("polygon", [[0, 0], [1.2, 0], [0.5, 1]], "coordinates[1]: x is no number in 0..1"),
        ("polygon", [[0, 0], [1, -0.1], [0.5, 1]], "coordinates[1]: y"),
        ("polygon", [[0, 0], [1, math.nan], [0.5, 1]], "coordinates[1]: y"),
        ("polygon", [[0, 0], [True, 0], [0.5, 1]], "coordinates[1]: x"),  # a yes is no number
        ("polygon", [[0, 0], [1], [0.5, 1]], "coordinates[1] is no pair"),
        ("polygon", [[0, 0], "01", [0.5, 1]], "coordinates[1] is no pair"),
        ("polygon", [[0, 0], [1, 0], [0.5, 1], [0, 0.001]], "coordinates[3] lies on coordinates[0]"),
        ("line", [[0.5, 0.5], [0.5, 0.5]], "coordinates[1] lies on coordinates[0]"),
        ("polygon", [[0, 0], [1, 1], [1, 0], [0, 1]], "coordinates[2]: the edge"),  # a bow tie
        ("polygon", [[0, 0], [0.5, 0.5], [1, 1]], "runs back"),  # no area
        ("polygon", [[0, 0], [1, 0], [1, 1], [0.5, 0], [0, 1]], "crosses"),  # a corner on another edge
        ("rectangle", [[0, 0], [1, 0.1], [1, 1], [0, 1]], "coordinates[1] is no corner"),
        ("rectangle", [[0, 0], [1, 0], [0, 1], [1, 1]], "is no corner"),
    ],
)
def test_what_is_no_shape_is_refused_by_the_name_of_the_coordinate(shape: str, coordinates: Points, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        points(shape, coordinates)
    assert said in str(caught.value)
    assert str(caught.value).startswith("coordinates")


@pytest.mark.parametrize(
    ("point", "inside"),
    [((0.2, 0.5), True), ((0.5, 0.2), True), ((0.5, 0.7), False), ((0.8, 0.8), True), ((0.05, 0.5), False)],
)
def test_a_hollow_is_outside(point: tuple[float, float], inside: bool) -> None:
    assert contains(HORSESHOE, point) is inside
    assert (depth(HORSESHOE, point) > 0) is inside


def test_depth_is_the_distance_to_the_nearest_edge() -> None:
    assert depth(SQUARE, (0.3, 0.4)) == pytest.approx(0.1)
    assert depth(SQUARE, (0.1, 0.1)) == pytest.approx(-math.hypot(0.1, 0.1))


def test_right_and_left_are_those_of_somebody_who_looks_at_the_picture() -> None:
    east = ((0.2, 0.5), (0.8, 0.5))
    assert side(east, (0.5, 0.7)) == pytest.approx(0.2)  # lower in the picture: on the right hand
    assert side(east, (0.5, 0.4)) == pytest.approx(-0.1)


def test_a_line_is_cut_between_its_ends_only() -> None:
    line = ((0.4, 0.5), (0.6, 0.5))
    assert cut((0.5, 0.4), (0.5, 0.8), line) == pytest.approx(0.25)
    assert cut((0.3, 0.4), (0.3, 0.8), line) is None  # round its end
    assert cut((0.5, 0.4), (0.5, 0.45), line) is None  # not as far


@given(place, place, place)
def test_on_the_way_over_a_point_a_line_is_cut_once(
    start: tuple[float, float], stop: tuple[float, float], end: tuple[float, float]
) -> None:
    line = ((-10.0, 0.5), (10.0, 0.5))
    found = [cut(a, b, line) is not None for a, b in ((start, stop), (stop, end))]
    assert sum(found) % 2 == (cut(start, end, line) is not None)


@given(place, place)
def test_who_goes_in_or_out_cuts_an_odd_number_of_edges(start: tuple[float, float], end: tuple[float, float]) -> None:
    near = min(abs(depth(HORSESHOE, start)), abs(depth(HORSESHOE, end)))
    corner = min(abs(side((start, end), a)) for a, _ in edges(HORSESHOE)) if math.dist(start, end) > 1e-6 else 0.0
    if near > 1e-6 and corner > 1e-6:
        assert len(cuts(start, end, HORSESHOE)) % 2 == (contains(HORSESHOE, start) != contains(HORSESHOE, end))
