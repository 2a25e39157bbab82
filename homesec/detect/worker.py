"""The loop of a detector: entries from the queues, what they name to the model, results to the writer, then the ack."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import aclosing, suppress
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.bus import DETECTION_BACKLOG, DETECTION_QUEUE, Bus, Entry, hold
from homesec.detect import clips, pictures
from homesec.detect.gate import Gate
from homesec.detect.tools import Tools
from homesec.detect.work import Work, pending
from homesec.errors import HomesecError, Unavailable, UploadAway
from homesec.patience import Patience
from homesec.store.writes.detections import DetectedUpload, FailUpload, SaveChunk, SaveDetections
from homesec.store.writes.unit import Unit
from homesec.vision.devices import DeviceLost

AHEAD = 3  # batches of pictures in flight: one is read, one looked at, one written
MAX_CLIPS = 2  # at once: they take minutes, and must leave room for pictures
MAX_DELIVERIES = 10  # an entry over which so many processes died is given up
TAKE_S = 1.0  # longest wait for an entry; stale ones are looked for again after it

log = logging.getLogger(__name__)


class Worker:
    """Looks at what the queues name, until `stop`. Results are kept and repeated while a part is away."""

    def __init__(
        self,
        bus: Bus,
        engine: AsyncEngine,
        tools: Tools,
        write: Callable[[Unit], Awaitable[Any]],
        hint: Callable[[list[str]], None],
    ) -> None:
        self._bus, self._engine, self._tools = bus, engine, tools
        self._write, self._hint = write, hint
        self._gate = Gate()
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_flight = self._clips = 0
        self._suspects: list[Entry] = []
        self._only_clips_until = 0.0
        self._stopping = asyncio.Event()
        self._freed = asyncio.Event()
        self._ended = asyncio.Event()
        self._fatal: BaseException | None = None
        self._patience = Patience()

    def health(self) -> dict[str, Any]:
        because = self._patience.because
        return {
            "state": "waiting" if because else "ok",
            "because": because,
            "in_flight": self._in_flight,
            "clips": self._clips,
            **self._tools.counters.to_json(),
        }

    async def run(self) -> None:
        """Work until `stop`, and finish what is in flight then. Raises DeviceLost when the process must end."""
        showing = asyncio.create_task(self._tools.last_pictures.run())
        try:
            while not self._stopping.is_set() and self._fatal is None:
                if self._suspects:
                    await asyncio.wait({self._spawn(self._alone(self._suspects.pop(0)), 1)})
                    continue
                if self._in_flight + self._tools.batch > AHEAD * self._tools.batch:
                    await self._until_freed()
                    continue
                for_alone, fresh = _parted(await self._take())
                self._suspects += for_alone
                if fresh:
                    self._spawn(self._group(fresh), len(fresh))
            if self._fatal is not None:
                raise self._fatal
            if self._tasks:
                await asyncio.wait(self._tasks)
        finally:
            showing.cancel()
            for task in self._tasks:
                task.cancel()
            self._ended.set()

    async def stop(self, within_s: float = 8.0) -> None:
        """Take no more; what is in flight is finished, if it can be within the time, and otherwise left to others."""
        self._stopping.set()
        self._freed.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), within_s)
        for task in self._tasks:
            task.cancel()
        await self._tools.last_pictures.write()

    # the queues

    async def _take(self) -> list[Entry]:
        queues = [DETECTION_QUEUE, DETECTION_BACKLOG]
        if time.monotonic() < self._only_clips_until:
            queues.pop()  # the backlog had only clips, and there is no room for them
        taking = asyncio.ensure_future(
            self._patience.insist("queue", lambda: self._bus.take(queues, self._tools.batch, TAKE_S))
        )
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({taking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return taking.result() if taking.done() else []
        finally:
            stopping.cancel()
            taking.cancel()

    async def _done(self, entries: Iterable[Entry]) -> None:
        """Acknowledge, after the commit."""
        finished = list(entries)
        await self._patience.insist("queue", lambda: self._bus.done(finished))

    async def _put_back(self, entry: Entry) -> None:
        """To the end of the backlog, as a new entry: work went well so far and others may have room."""
        await self._patience.insist("queue", lambda: self._bus.add(DETECTION_BACKLOG, [entry.body]))
        await self._done([entry])

    # what is worked on

    async def _group(self, entries: Sequence[Entry]) -> None:
        """Entries that were taken together: one query, one commit, one acknowledgement."""
        async with hold(self._bus, entries), self._gate.shared():
            works = await self._works(entries)
            suspects = [entry for entry in entries if (work := works.get(_id(entry))) and work.attempts]
            others = [entry for entry in entries if entry not in suspects]
            clip_entries = [entry for entry in others if (work := works.get(_id(entry))) and work.is_clip]
            still = [entry for entry in others if entry not in clip_entries]
            await self._pictures([works[number] for number in {_id(entry) for entry in still} & works.keys()])
            await self._done(still)
            self._suspects += suspects
            put_back = 0
            for entry in clip_entries:
                if self._clips < MAX_CLIPS:
                    self._clips += 1
                    self._spawn(self._clip(entry, works[_id(entry)]), 0)
                else:
                    await self._put_back(entry)
                    put_back += 1
            if put_back == len(entries):
                self._only_clips_until = time.monotonic() + 1.0

    async def _alone(self, entry: Entry) -> None:
        """An entry over which a process died, or that failed before: with nothing else in flight."""
        async with hold(self._bus, [entry]), self._gate.alone():
            work = (await self._works([entry])).get(_id(entry))
            if work is not None and entry.deliveries >= MAX_DELIVERIES:
                reason = f"looking at it ended the detector's process {entry.deliveries} times"
                await self._failed([FailUpload(work.upload_id, work.attempts, reason, final=True)])
            elif work is not None and work.is_clip:
                if await self._first_chunk(work):
                    await self._put_back(entry)  # a chunk went well: nothing is held against it any more
                    return
            elif work is not None:
                await self._pictures([work])
            await self._done([entry])

    async def _pictures(self, works: Sequence[Work]) -> None:
        """Look at them, write what was seen. What is away now stays pending, and the sweep brings it back."""
        answers = await asyncio.gather(
            *(pictures.looked_at(work, self._tools) for work in works), return_exceptions=True
        )
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, UploadAway | Unavailable):
                raise answer
        seen = [answer for answer in answers if isinstance(answer, DetectedUpload)]
        failures = [answer for answer in answers if isinstance(answer, FailUpload)]
        if seen:
            failures += await self._saved(seen, {work.upload_id: work for work in works})
        await self._failed(failures)
        if seen or failures:
            self._hint(sorted({work.camera_id for work in works}))

    async def _saved(self, seen: Sequence[DetectedUpload], works: dict[int, Work]) -> list[FailUpload]:
        """Write them in one unit; those that the database refuses come back as failures."""
        try:
            results = await self._written(SaveDetections(tuple(seen)))
        except HomesecError as error:
            results = [error] * len(seen)
        log.info("detected", extra={"upload_ids": [item.upload_id for item in seen]})
        refused = []
        if any(isinstance(result, HomesecError | list) for result in results):  # it was tried one by one
            refused = [
                FailUpload(item.upload_id, works[item.upload_id].attempts, str(result))
                for item, result in zip(seen, results, strict=True)
                if isinstance(result, HomesecError)
            ]
        self._tools.counters.uploads += len(seen) - len(refused)
        self._tools.counters.detections += sum(len(frame.objects) for item in seen for frame in item.frames)
        return refused

    async def _failed(self, failures: Iterable[FailUpload]) -> None:
        for unit in failures:
            log.info("an upload failed", extra={"upload_id": unit.upload_id, "reason": unit.error})
            state = await self._written(unit)
            self._tools.counters.failures += 1
            self._tools.counters.uploads += state != "pending"

    async def _clip(self, entry: Entry, work: Work) -> None:
        """A whole clip, chunk by chunk; at a stop the rest is left to others."""
        try:
            async with hold(self._bus, [entry]), aclosing(clips.chunks(work, self._tools)) as source:
                with suppress(UploadAway, Unavailable):
                    more = True
                    while more:
                        async with self._gate.shared():
                            more = await self._next_chunk(source, work)
                        if more and self._stopping.is_set():
                            await self._put_back(entry)
                            return
                await self._done([entry])
        finally:
            self._clips -= 1

    async def _first_chunk(self, work: Work) -> bool:
        with suppress(UploadAway, Unavailable):
            async with aclosing(clips.chunks(work, self._tools)) as source:
                return await self._next_chunk(source, work)
        return False

    async def _next_chunk(self, source: Any, work: Work) -> bool:
        """Look at one chunk and write it; whether there is more to do."""
        unit: SaveChunk | FailUpload | None = await anext(source, None)
        if unit is None:
            return False
        if isinstance(unit, FailUpload):
            await self._failed([unit])
            return False
        try:
            taken = await self._written(unit)
        except HomesecError as error:
            await self._failed([FailUpload(work.upload_id, work.attempts, str(error))])
            return False
        self._tools.counters.detections += sum(len(frame.objects) for frame in unit.item.frames)
        if unit.last:
            self._tools.counters.uploads += 1
            self._hint([work.camera_id])
        return bool(taken) and not unit.last

    async def _works(self, entries: Sequence[Entry]) -> dict[int, Work]:
        ids = [_id(entry) for entry in entries]
        return await self._patience.insist("rows", lambda: pending(self._engine, ids))

    async def _written(self, unit: Unit) -> Any:
        started = time.monotonic()
        result = await self._patience.insist("writer", lambda: self._write(unit))
        self._tools.counters.write_s += time.monotonic() - started
        return result

    # tasks

    def _spawn(self, coroutine: Coroutine[Any, Any, None], weight: int) -> asyncio.Task[None]:
        self._in_flight += weight
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            self._in_flight -= weight
            self._freed.set()
            if not task.cancelled() and (error := task.exception()) is not None:
                if isinstance(error, DeviceLost):
                    self._fatal = error
                else:  # its entries fall to whoever claims them
                    log.error("work was given up", exc_info=error)

        task.add_done_callback(ended)
        return task

    async def _until_freed(self) -> None:
        self._freed.clear()
        await self._freed.wait()



def _id(entry: Entry) -> int:
    return entry.body["upload_id"]


def _parted(entries: Iterable[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Those that were delivered before, and the others."""
    entries = list(entries)
    return [e for e in entries if e.deliveries > 1], [e for e in entries if e.deliveries == 1]
