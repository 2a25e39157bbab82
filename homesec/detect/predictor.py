"""One model in one thread, and the frames of everybody gathered into its batches."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress

import numpy as np
from numpy.typing import NDArray

from homesec.detect.counters import Counters
from homesec.errors import HomesecError
from homesec.vision.detections import Detections
from homesec.vision.devices import DeviceFull, DeviceLost
from homesec.vision.spec import Detector

Frame = NDArray[np.uint8]

log = logging.getLogger(__name__)


class PredictionFailed(HomesecError):
    """The model failed on this frame."""


class Predictor:
    """Fills batches as far as frames are there or on their way, and waits for those at most `deadline_s`.

    `thread` runs the model and has one thread only. Once the device is lost every call raises DeviceLost.
    """

    def __init__(self, detector: Detector, thread: Executor, batch: int, deadline_s: float, counters: Counters) -> None:
        self.name = detector.name
        self._detector, self._thread = detector, thread
        self._batch, self._deadline_s = batch, deadline_s
        self._counters = counters
        self._urgent: deque[tuple[Frame, asyncio.Future[Detections]]] = deque()
        self._patient: deque[tuple[Frame, asyncio.Future[Detections]]] = deque()
        self._coming = 0
        self._changed = asyncio.Event()
        self._lost: DeviceLost | None = None
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Let go of the model; who still waits is cancelled."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        for _, future in (*self._urgent, *self._patient):
            future.cancel()

    @contextmanager
    def coming(self) -> Iterator[None]:
        """A frame is being read: a batch that is not full is worth a short wait."""
        self._coming += 1
        try:
            yield
        finally:
            self._coming -= 1
            self._changed.set()

    async def detections(self, frame: Frame, urgent: bool = True) -> Detections:
        """What the model sees. Frames of clips are not urgent: live pictures go first.

        Raises PredictionFailed when this frame is to blame, DeviceLost when the process must end.
        """
        if self._lost is not None:
            raise self._lost
        future: asyncio.Future[Detections] = asyncio.get_running_loop().create_future()
        (self._urgent if urgent else self._patient).append((frame, future))
        self._changed.set()
        return await future

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._gathered()
            batch = [self._next() for _ in range(min(self._batch, self._waiting))]
            batch = [(frame, future) for frame, future in batch if not future.done()]
            if not batch:
                continue
            started = time.monotonic()
            answers = await loop.run_in_executor(self._thread, self._answers, [frame for frame, _ in batch])
            self._counters.predict_s += time.monotonic() - started
            self._counters.batches += 1
            self._counters.frames += len(batch)
            self._counters.room += self._batch
            for (_, future), answer in zip(batch, answers, strict=True):
                if isinstance(answer, DeviceLost):
                    self._lost = answer
                if future.done():
                    continue
                if isinstance(answer, Detections):
                    future.set_result(answer)
                else:
                    future.set_exception(answer)

    @property
    def _waiting(self) -> int:
        return len(self._urgent) + len(self._patient)

    def _next(self) -> tuple[Frame, asyncio.Future[Detections]]:
        return self._urgent.popleft() if self._urgent else self._patient.popleft()

    async def _gathered(self) -> None:
        """Return when there is a batch: full, or as full as it gets in time."""
        while not self._waiting:
            self._changed.clear()
            await self._changed.wait()
        until = time.monotonic() + self._deadline_s
        while self._waiting < self._batch and self._coming and (left := until - time.monotonic()) > 0:
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):  # wait_for of Python 3.11 may swallow a cancellation
                    await self._changed.wait()

    def _answers(self, frames: Sequence[Frame]) -> list[Detections | HomesecError]:
        """In the model's thread. A failed batch is tried frame by frame, so that one bad frame fails alone."""
        if self._lost is not None:
            return [self._lost] * len(frames)
        try:
            return list(self._detector.predict(frames))
        except DeviceLost as error:
            return [error] * len(frames)
        except DeviceFull as error:
            if len(frames) == 1:
                return [PredictionFailed(str(error))]
            middle = len(frames) // 2
            return self._answers(frames[:middle]) + self._answers(frames[middle:])
        except Exception as error:  # this loop stands between the library of whichever model and everybody's frames
            if len(frames) == 1:
                log.warning("the model failed on a frame", extra={"model": self.name}, exc_info=True)
                return [PredictionFailed(f"{PredictionFailed.__doc__} ({type(error).__name__}: {error})")]
            return [answer for frame in frames for answer in self._answers([frame])]
