"""Who belongs to whom at the least cost: the linear assignment problem, for the small tables that a picture makes."""

from collections.abc import Sequence
from math import inf


def assigned(costs: Sequence[Sequence[float]], alone: float) -> list[int | None]:
    """For each row the column that it gets, or None, so that the sum of all costs is the least.

    A row without a column costs `alone`; what costs infinity is never taken. Shortest augmenting paths with potentials
    (Jonker and Volgenant 1987), where each row has a column of its own that means "none".
    """
    rows, columns = len(costs), len(costs[0]) if costs else 0
    if not rows or not columns:
        return [None] * rows
    best = [min(range(columns), key=row.__getitem__) for row in costs]
    wanted = [column if row[column] < alone else None for row, column in zip(costs, best, strict=True)]
    taken = [column for column in wanted if column is not None]
    if len(taken) == len(set(taken)):
        return wanted  # nobody is in another's way, as in most pictures
    width = columns + rows
    table = [[*row, *(alone if other == index else inf for other in range(rows))] for index, row in enumerate(costs)]
    row_price, column_price = [0.0] * rows, [0.0] * width
    owner: list[int | None] = [None] * width
    for start in range(rows):
        row, via = start, [-1] * width
        distance, done = [inf] * width, [False] * width
        column = -1
        while True:
            base = distance[column] if column >= 0 else 0.0
            nearest = -1
            for other in range(width):
                if done[other]:
                    continue
                reach = base + table[row][other] - row_price[row] - column_price[other]
                if reach < distance[other]:
                    distance[other], via[other] = reach, column
                if nearest < 0 or distance[other] < distance[nearest]:
                    nearest = other
            column = nearest
            done[column] = True
            holder = owner[column]
            if holder is None:
                break
            row = holder
        length = distance[column]
        row_price[start] += length
        for other in range(width):
            holder = owner[other]
            if done[other] and other != column and holder is not None:
                row_price[holder] += length - distance[other]
                column_price[other] -= length - distance[other]
        while column >= 0:
            before = via[column]
            owner[column] = owner[before] if before >= 0 else start
            column = before
    found: list[int | None] = [None] * rows
    for column, holder in enumerate(owner[:columns]):
        if holder is not None:
            found[holder] = column
    return found
