"""Work on truth and pictures in processes of its own, in order and not far ahead of who needs it."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import cv2

AHEAD = 3  # results for each process that are finished or in work before they are asked for: bounds memory

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """The results one after the other. Function, items and results must pickle; a core is left to who consumes."""
    processes = max(1, len(os.sched_getaffinity(0)) - 1)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_be_modest) as pool:
        waiting: deque[Future[Result]] = deque()
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > AHEAD * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _be_modest() -> None:
    cv2.setNumThreads(1)  # there are as many processes as cores already
