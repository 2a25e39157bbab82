from itertools import product
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from homesec.domain.assignment import assigned

ALONE = 5.0
TABLES = st.integers(1, 4).flatmap(
    lambda columns: st.lists(
        st.lists(st.one_of(st.floats(0, 9), st.just(inf)), min_size=columns, max_size=columns), min_size=1, max_size=4
    )
)


def total(costs: list[list[float]], found: tuple[int | None, ...]) -> float:
    return sum(ALONE if column is None else costs[row][column] for row, column in enumerate(found))


@given(TABLES)
def test_no_other_assignment_costs_less(costs: list[list[float]]) -> None:
    found = tuple(assigned(costs, ALONE))
    given_away = [column for column in found if column is not None]
    assert len(given_away) == len(set(given_away))
    every = (
        total(costs, one)
        for one in product([None, *range(len(costs[0]))], repeat=len(costs))
        if len(set(one) - {None}) == len([column for column in one if column is not None])
    )
    assert abs(total(costs, found) - min(every)) < 1e-9


def test_one_gives_way_where_that_is_cheaper_for_both() -> None:
    assert assigned([[1.0, 2.0], [1.5, 4.9]], ALONE) == [1, 0]


def test_nothing_is_assigned_to_nobody() -> None:
    assert assigned([], ALONE) == []
    assert assigned([[], []], ALONE) == [None, None]
