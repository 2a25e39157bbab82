"""Who belongs to whom at the least cost: the linear assignment problem, where everybody may also stay alone."""

from collections.abc import Sequence
from math import inf

import numpy as np
from scipy.optimize import linear_sum_assignment


def assigned(costs: Sequence[Sequence[float]], alone: float) -> list[int | None]:
    """For each row the column that it gets, or None, so that the sum of all costs is the least.

    A row without a column costs `alone`; what costs infinity is never taken.
    """
    rows, columns = len(costs), len(costs[0]) if costs else 0
    if not rows or not columns:
        return [None] * rows
    table = np.full((rows, columns + rows), inf)  # each row has a column of its own that means "none"
    table[:, :columns] = costs
    np.fill_diagonal(table[:, columns:], alone)
    _, chosen = linear_sum_assignment(table)
    return [column if column < columns else None for column in chosen.tolist()]
