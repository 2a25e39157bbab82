"""How frames of everybody become batches."""

import asyncio
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

    def __init__(self, pause_s: float = 0.0) -> None:
        self.batches: list[list[int]] = []
        self.pause_s = pause_s

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        numbers = [int(frame[0, 0, 0]) for frame in frames]
        self.batches.append(numbers)
        time.sleep(self.pause_s)
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
    async def scenario() -> None:
        numbers = Numbers()
        async with predicting(numbers) as predictor:

            async def slow(number: int, seconds: float) -> str:
                with predictor.coming():
                    await asyncio.sleep(seconds)
                return await seen(predictor, number)

            started = time.monotonic()
            await asyncio.gather(slow(1, 0.0), slow(2, 0.05), slow(3, 0.1))
            assert numbers.batches == [[1, 2, 3]]
            assert time.monotonic() - started < 0.19  # nobody more was coming
            numbers.batches.clear()
            await asyncio.gather(slow(4, 0.0), slow(5, 0.6))
            assert numbers.batches == [[4], [5]]

    run(scenario())


def test_a_lone_frame_is_not_kept_waiting() -> None:
    async def scenario() -> None:
        async with predicting(Numbers(), deadline_s=5.0) as predictor:
            started = time.monotonic()
            await seen(predictor, 1)
            assert time.monotonic() - started < 1.0

    run(scenario())


def test_live_frames_go_before_those_of_clips() -> None:
    async def scenario() -> None:
        numbers = Numbers(pause_s=0.1)
        async with predicting(numbers, batch=2) as predictor:
            first = asyncio.create_task(seen(predictor, 1))
            await asyncio.sleep(0.03)  # the model is busy now
            patient = [asyncio.create_task(seen(predictor, n, urgent=False)) for n in (2, 3, 4)]
            await asyncio.sleep(0)
            urgent = [asyncio.create_task(seen(predictor, n)) for n in (5, 6)]
            await asyncio.gather(first, *patient, *urgent)
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
        numbers = Numbers(pause_s=0.1)
        async with predicting(numbers, batch=2) as predictor:
            first = asyncio.create_task(seen(predictor, 1))
            await asyncio.sleep(0.03)
            leaving = asyncio.create_task(seen(predictor, 2))
            staying = asyncio.create_task(seen(predictor, 3))
            await asyncio.sleep(0)
            leaving.cancel()
            assert await asyncio.gather(first, staying) == ["1", "3"]
        assert numbers.batches == [[1], [3]]

    run(scenario())


def test_who_is_alone_in_the_gate_is_alone() -> None:
    async def scenario() -> None:
        gate, inside, order = Gate(), 0, []

        async def shared(name: str) -> None:
            nonlocal inside
            async with gate.shared():
                inside += 1
                order.append(name)
                await asyncio.sleep(0.02)
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

        async def later(delay_s: float, coroutine: Any) -> None:
            await asyncio.sleep(delay_s)
            await coroutine

        await asyncio.gather(
            shared("a"), shared("b"), later(0.005, alone("X")), later(0.01, shared("c")), later(0.012, alone("Y"))
        )
        assert set(order[:2]) == {"a", "b"}
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
            async with asyncio.timeout(1), gate.shared():
                pass

    run(scenario())
