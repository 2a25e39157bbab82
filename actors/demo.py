"""`homesec demo`: the system and the simulated household together."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from actors.up import alone, up
from homesec.bench.processes import by_title, family, usages
from homesec.bench.slope import slope
from homesec.client import Client
from homesec.errors import HomesecError, InvalidInput
from homesec.local.ports import LOOPBACK, free_port
from homesec.settings import Settings
from homesec.sim.cameras.camera_habits import HABITS
from homesec.sim.data_folder import refuse_real_data, reset
from homesec.sim.introductions import Introductions
from homesec.sim.life.programme import programme
from homesec.sim.marker import Simulation
from homesec.sim.outcome import followed, is_settled, outcome
from homesec.sim.owner import draw_zones, name_camera, register_household, say_who_belongs
from homesec.sim.pace import Pace
from homesec.sim.world import World

TIMEZONE = "Europe/Berlin"
CATCH_UP = timedelta(minutes=10)  # without an end: after so long the world has caught up with the wall clock
ENDLESS = timedelta(days=14)  # a world has to end somewhere; making more of it would take more than a second
SETTLE_S = 60.0  # how long the report waits for what is still in work
SETTLED_EVERY_S = 2.0
MEMORY_EVERY_S = 10.0
INTRODUCE_EVERY_S = 10.0
MOST_SAMPLES = 400  # of the memory; then every other is dropped, and half as many are taken from there on
STOP_S = 10.0
WEIGHTS = "household.pt"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Wish:
    """What the demo is to be."""

    data_dir: Path
    seed: int = 1
    speed: float = 10.0
    minutes: float = 0.0
    """0: until Ctrl-C."""
    report: Path | None = None
    port: int | None = None
    detector: str | None = None
    """None: the one made for the household, else HOG."""
    ftp: bool = False
    """The cameras upload through the FTP door instead of into their folders."""


def demo(wish: Wish, say: Say) -> None:
    """Run until the minutes are over or Ctrl-C, then report. Raises HomesecError in words."""
    if wish.speed < 1.0:
        raise InvalidInput("speed: the world can't run slower than the wall clock, or it would end in the future")
    refuse_real_data(wish.data_dir)
    begun = datetime.now(UTC)
    pace = Pace(begun + (timedelta(minutes=wish.minutes) if wish.minutes else CATCH_UP), wish.speed)
    start, end = pace.start(begun), pace.meets if wish.minutes else pace.meets + ENDLESS
    plants = programme(wish.seed, start, pace.meets, end, wish.speed)
    simulation = Simulation(wish.seed, start, end, TIMEZONE, plants, wish.speed)
    wish.data_dir.mkdir(parents=True, exist_ok=True)
    with alone(wish.data_dir):
        reset(wish.data_dir, simulation)
    settings = Settings.load(
        data_dir=wish.data_dir,
        port=wish.port,
        dashboard_port=0,  # any: a homesec of real cameras may run beside
        timezone=TIMEZONE,
        detector={"name": wish.detector or _detector()},
        enrichment={"model": "sim-oracle", "demographics": True},  # nobody real is seen
        ftp=_door() if wish.ftp else None,
    )
    until = f"for {wish.minutes:g} minutes" if wish.minutes else "until Ctrl-C"
    say(f"a simulated household (seed {wish.seed}, speed {wish.speed:g}) beside homesec, {until}")
    up(settings, say, Show(settings, simulation.world(), pace, wish.report, say))


class Show:
    """The household's process, and what is noted while it plays."""

    def __init__(self, settings: Settings, world: World, pace: Pace, report: Path | None, say: Say) -> None:
        self._data_dir, self._ftp = settings.data_dir, settings.ftp
        self._world, self._pace = world, pace
        self._report, self._say = report, say
        self._household: subprocess.Popen[bytes] | None = None
        self._begun = time.monotonic()
        self._client: Client | None = None
        self._first_event_s: float | None = None
        self._memory: list[tuple[float, dict[str, float]]] = []
        """Minutes since the start, and MB by what the processes are."""
        self._memory_every_s = MEMORY_EVERY_S
        self._memory_due = self._settled_due = self._introduction_due = 0.0
        self._introductions: Introductions | None = None
        self._settling_since: float | None = None

    def begin(self) -> None:
        """The household draws its first pictures while the system starts."""
        command = [sys.executable, "-m", "homesec.sim.household", str(self._data_dir), self._pace.meets.isoformat()]
        if self._ftp.port is not None:
            command.append(str(self._ftp.port))
        with (self._data_dir / "logs" / "household.log").open("ab") as log:
            # A session of its own: Ctrl-C is for homesec, which ends the household when the report is written.
            self._household = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )  # fmt: skip

    def look(self) -> bool:
        """Note what happens; True when the world has ended and what it sent is worked through."""
        if self._client is None:
            self._client = Client(self._data_dir)
            self._set_up(self._client)
            self._open()
        now = time.monotonic()
        if self._first_event_s is None:
            self._look_for_an_event(now)
        self._introduce(self._client, now)
        if now >= self._memory_due:
            self._memory.append(((now - self._begun) / 60, self._memory_mb()))
            if len(self._memory) > MOST_SAMPLES:
                self._memory, self._memory_every_s = self._memory[::2], 2 * self._memory_every_s
            self._memory_due = now + self._memory_every_s
        if self._household is None or self._household.poll() is None:
            return False
        if self._settling_since is None:
            if self._household.returncode:
                raise HomesecError(f"the household broke down; {self._data_dir / 'logs' / 'household.log'} says why")
            self._settling_since = now
            self._say("the world has ended")
        return self._is_settled(now, self._settling_since)

    def _set_up(self, client: Client) -> None:
        """What an owner does before the cameras send."""
        for one in HABITS:
            folder = one.folder if self._ftp.port is None else one.camera
            with contextlib.suppress(HomesecError):  # a demo goes on without beautiful names
                name_camera(client, one.camera, {"name": one.folder, "timezone": TIMEZONE}, folder)
        try:
            draw_zones(client, self._world.property)
        except HomesecError as error:
            self._say(f"not all zones are drawn: {error}")
        try:
            register_household(client, self._world.cast)
            say_who_belongs(client, self._world.property)
        except HomesecError as error:
            self._say(f"not all of the household are known: {error}")
        self._introductions = Introductions(client, self._world)

    def _introduce(self, client: Client, now: float) -> None:
        """Now and then the owner looks through new pictures and says who of the household is in them."""
        assert self._introductions is not None
        if now < self._introduction_due or self._introductions.is_done:
            return
        self._introduction_due = now + INTRODUCE_EVERY_S
        with contextlib.suppress(HomesecError):
            for name in self._introductions.look():
                self._say(f"the owner has shown what {name} looks like")

    def _open(self) -> None:
        """From now on the household sends."""
        assert self._household is not None
        assert self._household.stdin is not None
        with contextlib.suppress(BrokenPipeError), self._household.stdin as stdin:  # that it broke down is seen later
            stdin.write(json.dumps(self._ftp.users).encode())

    def _look_for_an_event(self, now: float) -> None:
        assert self._client is not None
        with contextlib.suppress(HomesecError):
            if self._client.ask("GET", "/api/events", params={"limit": 1})["items"]:
                self._first_event_s = round(now - self._begun, 1)
                self._say(f"the first event came {self._first_event_s:.0f} s after the start")

    def _is_settled(self, now: float, since: float) -> bool:
        assert self._client is not None
        if now - since > SETTLE_S:
            return True
        if now < self._settled_due:
            return False
        self._settled_due = now + SETTLED_EVERY_S
        with contextlib.suppress(HomesecError):
            return is_settled(self._client, self._data_dir)
        return False

    def _memory_mb(self) -> dict[str, float]:
        pid = self._household.pid if self._household is not None else 0
        found = by_title(one for one in usages(family(os.getpid())) if one.pid != pid)
        return {name: part["pss_mb"] for name, part in found.items()}

    def end(self) -> None:
        """Report, and end the household. What can't be asked any more is not in the report."""
        if self._client is not None:
            try:
                self._tell(self._client)
            except HomesecError as error:
                self._say(f"there is no report: {error}")
            self._client.close()
        if self._household is not None:
            if self._household.stdin is not None:
                self._household.stdin.close()  # if it still waits for it
            self._household.terminate()
            try:
                self._household.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._household.kill()

    def _tell(self, client: Client) -> None:
        found = outcome(client, self._data_dir, self._world)
        ways = followed(client)
        memory = _growth(self._memory)
        for line in found.lines():
            self._say(line)
        self._say(f"followed: {', '.join(f'{number} {name}' for name, number in ways.items())}")
        self._say(
            f"memory: {memory['first_mb']} MB at first, {memory['last_mb']} MB at last, "
            f"{memory['mb_a_minute_in_the_second_half']:+} MB a minute in the second half"
        )
        if self._report is not None:
            told = {
                "seed": self._world.seed,
                "speed": self._pace.speed,
                "minutes": round((time.monotonic() - self._begun) / 60, 2),
                "first_event_s": self._first_event_s,
                "memory": memory,
                "followed": ways,
                **found.to_json(),
            }
            self._report.write_text(json.dumps(told, indent=2) + "\n")
            self._say(f"the report is in {self._report}")


def _growth(samples: Sequence[tuple[float, dict[str, float]]]) -> dict[str, Any]:
    """Memory over time, MB: all of it, and each part at the middle and at the end. At first, models and caches fill."""
    sums = [(minute, sum(parts.values())) for minute, parts in samples] or [(0.0, 0.0)]
    middle, last = (samples[len(samples) // 2][1], samples[-1][1]) if samples else ({}, {})
    return {
        "first_mb": round(sums[0][1]),
        "last_mb": round(sums[-1][1]),
        "most_mb": round(max(mb for _, mb in sums)),
        "mb_a_minute_in_the_second_half": round(slope(sums[len(sums) // 2 :]), 2),
        "parts_mb": {name: [round(middle.get(name, 0.0)), round(mb)] for name, mb in last.items()},
    }


def _door() -> dict[str, Any]:
    return {"port": free_port([LOOPBACK]), "users": {one.camera: secrets.token_urlsafe(18) for one in HABITS}}


def _detector() -> str:
    return "sim" if (files("homesec.sim") / "weights" / WEIGHTS).is_file() else "hog"
