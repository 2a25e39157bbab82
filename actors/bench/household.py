"""The simulated household, photographed, before a whole system."""

import time
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

import httpx
import psycopg

from actors.bench import Place
from actors.bench.system import System
from homesec.bench.accuracy.delivery import Delivery
from homesec.bench.accuracy.expected import Expected, drawn
from homesec.bench.accuracy.plan import TIMEZONE, Plan, world_of
from homesec.bench.accuracy.workers import in_order
from homesec.sim.drawn_zones import DrawnZone
from homesec.sim.marker import Simulation, write_marker

DETECTOR = "sim"
STORED_FROM = 0.05  # confidence: the curve of precision over recall goes on below what counts
PIECE = timedelta(minutes=10)  # of the world, made by one process at once
SAY_S = 30.0  # how often somebody is told how far it is


class Household:
    """A system of its own that is started on entry and ended on exit."""

    def __init__(self, place: Place, plan: Plan, detector: str) -> None:
        self._place, self._plan = place, plan
        self._data_dir = place.folder / "data"
        self._data_dir.mkdir()
        write_marker(self._data_dir, Simulation(plan.seed, plan.start, plan.end, TIMEZONE))
        self._system = System(
            self._data_dir, detector, TIMEZONE=TIMEZONE, DETECTOR__MIN_CONFIDENCE=str(STORED_FROM),
            DETECTOR__DEVICE="cpu",
        )  # fmt: skip

    def __enter__(self) -> "Household":
        self._place.say("starting homesec")
        self._system.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._system.__exit__(*error)

    @property
    def database(self) -> psycopg.Connection:
        return self._system.database

    def draw(self, zones: Iterable[DrawnZone]) -> None:
        """As the owner draws zones, through the API, before the first picture."""
        for camera in world_of(self._plan).property.cameras:
            self._post("/api/cameras", {"name": camera.id})
        for zone in zones:
            values = {name: value for name, value in zone._asdict().items() if name != "camera"}
            self._post(f"/api/cameras/{zone.camera}/zones", values)

    def play(self) -> tuple[dict[str, Expected], float]:
        """All pictures of the plan: what they show, by their paths, and how many were taken in a second."""
        plan, zone = self._plan, world_of(self._plan).zone
        self._place.say(f"{plan.days:g} days of the household {plan.seed}, as pictures")
        expected: dict[str, Expected] = {}
        delivery = Delivery(self._data_dir, self.database)
        spoke = began = time.perf_counter()
        for piece in in_order(partial(drawn, plan), plan.spans(PIECE)):
            delivery.send(piece)
            expected.update((picture.shot.path, picture) for picture, _ in piece)
            if piece and time.perf_counter() - spoke > SAY_S:
                spoke = time.perf_counter()
                self._place.say(f"{len(expected)} pictures, until {piece[-1][0].shot.at.astimezone(zone):%a %H:%M}")
        delivery.end()
        return expected, round(len(expected) / (time.perf_counter() - began), 2)

    def _post(self, path: str, values: object) -> None:
        answer = httpx.post(self._system.url + path, json=values, headers=self._system.headers, timeout=30)
        answer.raise_for_status()
