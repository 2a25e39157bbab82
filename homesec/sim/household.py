"""The household at work: draws what its cameras see and sends it at the world's pace.

A process of its own, `python -m homesec.sim.household DATA_DIR MEETS [FTP_PORT]`, beside the homesec that takes what
it sends. It begins to send when standard input ends, by which the cameras' passwords come, as JSON. With the port of
the FTP door it sends through that.
"""

import contextlib
import heapq
import json
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

import cv2

from homesec.errors import InvalidInput
from homesec.sim.cameras.camera_habits import USUAL
from homesec.sim.cameras.delivery import FtpCameras, Steps, Way, into_folders
from homesec.sim.cameras.exposure import exposed
from homesec.sim.cameras.ledger import Ledger
from homesec.sim.cameras.uploads import Upload, uploads
from homesec.sim.marker import read_marker
from homesec.sim.pace import Pace
from homesec.sim.world import World

FIRST = 12  # uploads that are drawn before it is known whether anybody takes them
AHEAD = 48  # uploads that are drawn before they are due: a place's first picture takes a second
TICK_S = 0.1  # the longest sleep: how soon it is noticed that this has to end
NICENESS = 10  # homesec itself goes first

Clock = Callable[[], datetime]


@dataclass(order=True)
class _Going:
    due_s: float
    order: int
    steps: Steps = field(compare=False)
    upload: Upload = field(compare=False)
    data: bytes = field(compare=False)


class Household:
    """Sends a world's uploads one after another. `clock` is the wall's, or a test's."""

    def __init__(
        self, world: World, plan: Iterator[Upload], pace: Pace, way: Way, ledger: Ledger, clock: Clock,
        drawn: Iterable[tuple[Upload, bytes]] = (),
    ) -> None:  # fmt: skip
        """`drawn`: the uploads that come before those of the plan."""
        self._world, self._plan, self._pace, self._way, self._ledger = world, plan, pace, way, ledger
        self._clock = clock
        self._drawn = deque(drawn)
        self._going: list[_Going] = []
        self._order = count()
        self._planned = True

    def step(self) -> float | None:
        """Do what is due, or draw one picture ahead; gives the seconds until there is more to do, None at the end."""
        now = self._clock()
        while self._drawn and self._pace.wall(self._drawn[0][0].arrives_at) <= now:
            upload, data = self._drawn.popleft()
            going = _Going(now.timestamp(), next(self._order), self._way(upload, data), upload, data)
            heapq.heappush(self._going, going)
        while self._going and self._going[0].due_s <= now.timestamp():
            self._go_on(heapq.heappop(self._going), now)
        if self._planned and len(self._drawn) < AHEAD:
            return self._draw()
        if not self._drawn and not self._going:
            return None
        due = [self._pace.wall(self._drawn[0][0].arrives_at).timestamp()] if self._drawn else []
        due += [self._going[0].due_s] if self._going else []
        return max(0.0, min(due) - self._clock().timestamp())

    def _go_on(self, going: _Going, now: datetime) -> None:
        for pause_s in going.steps:
            going.due_s = now.timestamp() + pause_s
            heapq.heappush(self._going, going)
            return
        self._ledger.note(going.upload, going.data, now)

    def _draw(self) -> float:
        upload = next(self._plan, None)
        if upload is None:
            self._planned = False
        else:
            self._drawn.append((upload, exposed(self._world, upload)))
        return 0.0

    def finish(self) -> None:
        """Send the rest of what is on its way, and nothing more."""
        while self._going:
            going = heapq.heappop(self._going)
            for pause_s in going.steps:
                time.sleep(pause_s)
            self._ledger.note(going.upload, going.data, self._clock())


def run(data_dir: Path, meets: datetime, way: Callable[[], Way]) -> None:
    """Until the world ends, SIGTERM arrives, or the process that started this one is gone.

    The way is asked for once the first pictures are drawn.

    Raises InvalidInput for a folder of real data.
    """
    simulation = read_marker(data_dir)
    if simulation is None:
        raise InvalidInput(f"{data_dir} is not the data folder of a simulated household")
    parent = os.getppid()
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: ended.append(number))
    cv2.setNumThreads(1)
    world = simulation.world()
    with Ledger(data_dir) as ledger:
        plan, pace = uploads(world, USUAL), Pace(meets, simulation.speed)
        drawn = [(upload, exposed(world, upload)) for upload in islice(plan, FIRST)]
        household = Household(world, plan, pace, way(), ledger, lambda: datetime.now(UTC), drawn)
        while not ended and os.getppid() == parent:
            pause_s = household.step()
            if pause_s is None:
                return
            time.sleep(min(pause_s, TICK_S))
        household.finish()


def main() -> None:
    data_dir, meets, *port = sys.argv[1:]
    with contextlib.suppress(OSError):
        os.nice(NICENESS)

    def way() -> Way:
        words = sys.stdin.read()
        if not words:
            sys.exit()  # homesec ended before it had started
        return FtpCameras("127.0.0.1", int(port[0]), json.loads(words)).steps if port else into_folders(folders)

    folders = Path(data_dir) / "cameras"
    run(Path(data_dir), datetime.fromisoformat(meets), way)


if __name__ == "__main__":
    main()
