"""Foot points on a grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homesec.domain.heatmaps import HEIGHT, WIDTH, heatmap, packed, total, unpacked

FEET = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=20)


@given(FEET)
def test_nothing_is_lost_and_nothing_negative(feet: list[tuple[float, float]]) -> None:
    grid = heatmap(np.array(feet, np.float64).reshape(-1, 2))
    assert grid.shape == (HEIGHT, WIDTH)
    assert grid.sum() == pytest.approx(len(feet), rel=1e-4)
    assert (grid >= 0).all()
    assert (unpacked(packed(grid)) == grid).all()


@pytest.mark.parametrize(("x", "y"), [(0.5 / WIDTH, 0.5 / HEIGHT), (20.5 / WIDTH, 30.5 / HEIGHT), (1.0, 1.0)])
def test_the_hottest_cell_is_where_it_stood(x: float, y: float) -> None:
    row, column = np.unravel_index(heatmap(np.array([[x, y]])).argmax(), (HEIGHT, WIDTH))
    assert (row, column) == (min(int(y * HEIGHT), HEIGHT - 1), min(int(x * WIDTH), WIDTH - 1))


def test_a_day_is_the_sum_of_its_hours() -> None:
    hours = [heatmap(np.array([[0.2, 0.3]])), heatmap(np.array([[0.8, 0.9], [0.1, 0.1]]))]
    assert np.allclose(total(hours), hours[0] + hours[1])
    assert total([]).sum() == 0
