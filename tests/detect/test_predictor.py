"""How frames of everybody become batches."""

import asyncio
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from homesec.detect.counters import Counters
from homesec.detect.gate import Gate
from homesec.detect.predictor import PredictionFailed, Predictor
from homesec.vision.detections import Detections
from homesec.vision.devices import DeviceFull, DeviceLost


class Numbers:
    """Sees one object in a frame, whose class is the frame's first byte."""

    name = "numbers"

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.busy = threading.Event()
        """It has begun with a batch."""
        self.may_answer = threading.Event()
        """Cleared by tests that need it to stay busy."""
        self.may_answer.set()

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        numbers = [int(frame[0, 0, 0]) for frame in frames]
        self.batches.append(numbers)
        self.busy.set()
        assert self.may_answer.wait(15)
        for number in numbers:
            match number:
                case 13:
                    raise ValueError("an unlucky frame")
                case 250:
                    raise DeviceLost
                case 240 if len(numbers) > 1:
                    raise DeviceFull
                case 241:
                    raise DeviceFull
        return [Detections(np.array([[0, 0, 1, 1]], "f4"), np.ones(1, "f4"), (str(n),)) for n in numbers]


@asynccontextmanager
async def predicting(detector: Numbers, batch: int = 4, deadline_s: float = 0.2) -> Any:
    with ThreadPoolExecutor(1) as thread:
        predictor = Predictor(detector, thread, batch, deadline_s, Counters())
        try:
            yield predictor
        finally:
            await predictor.close()


def frame(number: int) -> NDArray[np.uint8]:
    return np.full((2, 2, 3), number, np.uint8)


@asynccontextmanager
async def busy_with(numbers: Numbers, predictor: Predictor, number: int) -> Any:
    """Inside, the model is busy with this frame, whose answer is awaited at the end."""
    numbers.may_answer.clear()
    first = asyncio.create_task(seen(predictor, number))
    try:
        assert await asyncio.to_thread(numbers.busy.wait, 10)
        yield
    finally:
        numbers.may_answer.set()  # also when the test fails: its thread must end
    assert await first == str(number)


async def seen(predictor: Predictor, number: int, urgent: bool = True) -> str:
    return (await predictor.detections(frame(number), urgent)).classes[0]


def run(scenario: Any) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(20):
            await scenario

    asyncio.run(bounded())


def test_everybody_gets_the_answer_to_their_own_frame_in_full_batches() -> None:
    async def scenario() -> None:
        numbers = Numbers()
        async with predicting(numbers) as predictor:
            answers = await asyncio.gather(*(seen(predictor, n) for n in range(10)))
        assert answers == [str(n) for n in range(10)]
        assert [len(batch) for batch in numbers.batches] == [4, 4, 2]

    run(scenario())


def test_a_batch_waits_for_frames_on_their_way_but_not_beyond_the_deadline() -> None:
    async def slow(predictor: Predictor, number: int, seconds: float) -> str:
        with predictor.coming():
            await asyncio.sleep(seconds)
        return await seen(predictor, number)

    async def scenario() -> None:
        patient, hasty = Numbers(), Numbers()
        async with predicting(patient, deadline_s=10.0) as predictor:
            started = time.monotonic()
            await asyncio.gather(*(slow(predictor, n, 0.05 * n) for n in (0, 1, 2)))
            assert patient.batches == [[0, 1, 2]]
            assert time.monotonic() - started < 9  # nobody more was coming: the deadline is not sat out
        async with predicting(hasty, deadline_s=0.05) as predictor:
            with predictor.coming():  # this one comes only when the others have their answer
                assert await seen(predictor, 4) == "4"
            assert await seen(predictor, 5) == "5"
            assert hasty.batches == [[4], [5]]

    run(scenario())


def test_a_lone_frame_is_not_kept_waiting() -> None:
    async def scenario() -> None:
        async with predicting(Numbers(), deadline_s=10.0) as predictor:
            started = time.monotonic()
            await seen(predictor, 1)
            assert time.monotonic() - started < 9

    run(scenario())


def test_live_frames_go_before_those_of_clips() -> None:
    async def scenario() -> None:
        numbers = Numbers()
        async with predicting(numbers, batch=2) as predictor:
            async with busy_with(numbers, predictor, 1):
                patient = [asyncio.create_task(seen(predictor, n, urgent=False)) for n in (2, 3, 4)]
                await asyncio.sleep(0)  # they stand in the line
                urgent = [asyncio.create_task(seen(predictor, n)) for n in (5, 6)]
                await asyncio.sleep(0)
            await asyncio.gather(*patient, *urgent)
        assert numbers.batches == [[1], [5, 6], [2, 3], [4]]

    run(scenario())


def test_one_bad_frame_fails_alone() -> None:
    async def scenario() -> None:
        async with predicting(Numbers()) as predictor:
            answers = await asyncio.gather(*(seen(predictor, n) for n in (1, 13, 2)), return_exceptions=True)
        assert answers[::2] == ["1", "2"]
        assert isinstance(answers[1], PredictionFailed)
        assert "an unlucky frame" in str(answers[1])

    run(scenario())


def test_a_full_device_is_asked_in_halves_and_gives_up_on_single_frames_only() -> None:
    async def scenario() -> None:
        numbers = Numbers()
        async with predicting(numbers) as predictor:
            assert await asyncio.gather(*(seen(predictor, n) for n in (1, 2, 240, 3))) == ["1", "2", "240", "3"]
            assert [len(batch) for batch in numbers.batches] == [4, 2, 2, 1, 1]
            with pytest.raises(PredictionFailed, match="memory"):
                await seen(predictor, 241)

    run(scenario())


def test_a_lost_device_fails_everybody_from_then_on() -> None:
    async def scenario() -> None:
        numbers = Numbers()
        async with predicting(numbers) as predictor:
            answers = await asyncio.gather(*(seen(predictor, n) for n in (1, 250)), return_exceptions=True)
            assert [type(answer) for answer in answers] == [DeviceLost, DeviceLost]
            with pytest.raises(DeviceLost):
                await seen(predictor, 2)
            assert len(numbers.batches) == 1

    run(scenario())


def test_who_gives_up_waiting_leaves_no_hole() -> None:
    async def scenario() -> None:
        numbers = Numbers()
        async with predicting(numbers, batch=2) as predictor:
            async with busy_with(numbers, predictor, 1):
                leaving = asyncio.create_task(seen(predictor, 2))
                staying = asyncio.create_task(seen(predictor, 3))
                await asyncio.sleep(0)  # both stand in the line
                leaving.cancel()
                await asyncio.wait({leaving})
            assert await staying == "3"
        assert numbers.batches == [[1], [3]]

    run(scenario())


def test_who_is_alone_in_the_gate_is_alone() -> None:
    async def scenario() -> None:
        gate, inside, order, may_leave = Gate(), 0, [], asyncio.Event()

        async def shared(name: str) -> None:
            nonlocal inside
            async with gate.shared():
                inside += 1
                order.append(name)
                await may_leave.wait()
                inside -= 1

        async def alone(name: str) -> None:
            nonlocal inside
            async with gate.alone():
                assert inside == 0
                inside += 1
                order.append(name)
                await asyncio.sleep(0.02)
                assert inside == 1
                inside -= 1

        comers = []
        for comer in (shared("a"), shared("b"), alone("X"), shared("c"), alone("Y")):
            comers.append(asyncio.create_task(comer))
            for _ in range(5):
                await asyncio.sleep(0)  # until it is inside or waits
        assert order == ["a", "b"]
        may_leave.set()
        await asyncio.gather(*comers)
        assert order[2] == "X"  # before c, which came later
        assert set(order[3:]) == {"c", "Y"}

    run(scenario())


def test_giving_up_on_being_alone_lets_the_others_in() -> None:
    async def scenario() -> None:
        gate = Gate()

        async def want() -> None:
            async with gate.alone():
                raise AssertionError("somebody is inside")

        async with gate.shared():
            wanting = asyncio.create_task(want())
            await asyncio.sleep(0.01)
            wanting.cancel()
            await asyncio.wait({wanting})
            async with asyncio.timeout(10), gate.shared():
                pass

    run(scenario())
