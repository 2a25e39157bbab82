"""What the tables say against what happened: the simulated household, watched by the system.

With pictures the whole system sees them through its detector. In fact mode detections come straight from the truth, and
the stages behind the detector run in this process by a clock of their own, so that weeks take minutes.
"""

import asyncio
import os
import resource
import time
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from actors.bench import Place, Wish
from actors.bench.system import System
from homesec.bench.accuracy.comparison import CONDITIONS, Comparison, compare, told
from homesec.bench.accuracy.delivery import Delivery
from homesec.bench.accuracy.error_picture import error_picture, save
from homesec.bench.accuracy.expected import Expected, drawn, said
from homesec.bench.accuracy.plan import TIMEZONE, Plan, world_of
from homesec.bench.accuracy.replay import Piece, Replay
from homesec.bench.accuracy.stored import arrival_to_event_s
from homesec.bench.accuracy.workers import in_order
from homesec.bench.processes import by_title, family, usages
from homesec.bench.report import Check, Report, at_least, at_most
from homesec.bench.rounds import calibration
from homesec.bench.stores import stores
from homesec.errors import InvalidInput
from homesec.sim.facts import Errors
from homesec.sim.marker import Simulation, write_marker

DETECTOR = "sim"
FPS, FACT_FPS = 0.5, 0.25  # pictures a second while something moves: cameras send one every 0.2 to 5 s
STORED_FROM = 0.05  # confidence: the curve of precision over recall goes on below what counts
FACT_PIECE, PICTURE_PIECE = timedelta(hours=6), timedelta(minutes=10)  # of the world, made by one process at once
FACT_STEP_S = 3600.0  # of the world: what is taken together, as the system takes a backlog
EIGHT_WEEKS, EIGHT_WEEKS_MIN, LEAST_DAYS = 56, 10.0, 7.0
ENOUGH = 50  # persons to be found under a condition, from which on its figures are held against their targets
BY_DAY, ELSE = (0.85, 0.92), (0.7, 0.7)  # mAP50 and recall of persons
INCIDENTS = 0.95  # of the incidents that a camera can see become an event
SAY_S = 30.0  # how often somebody is told how far it is
SHOWN = 12  # mistakes of each sort in the picture of the worst


def measure(place: Place, wish: Wish) -> Report:
    if wish.days <= 0 or (wish.fps is not None and wish.fps <= 0):
        raise InvalidInput("--days and --fps must be more than 0")
    days = min(wish.days, 0.1) if wish.quick else wish.days
    plan = Plan(wish.seed, days, wish.fps or (FACT_FPS if wish.facts else FPS))
    before = calibration()
    started = time.perf_counter()
    found, spent = _from_facts(place, plan) if wish.facts else _from_pictures(place, plan, _detector(wish))
    seconds = time.perf_counter() - started
    sheet = Path(wish.errors).absolute()
    save(sheet, error_picture(found.world, found.tally.worst("made up", SHOWN), found.tally.worst("missed", SHOWN)))
    place.say(f"the worst mistakes: {sheet}")
    checks = _checks_of_facts(days, seconds) if wish.facts else _checks_of_pictures(found)
    return Report(
        "accuracy",
        (at_most("pictures lost", found.lost, 0), *checks, *_checks_of_events(found)),
        {
            "mode": "facts" if wish.facts else f"pictures, detector {_detector(wish)}",
            "seed": plan.seed,
            "from": plan.start.isoformat(),
            "days": days,
            "fps_while_something_moves": plan.fps,
            **found.to_json(),
            "seconds": round(seconds, 1),
            **spent,
            "errors": str(sheet),
            "calibration_before": before,
            "calibration_after": calibration(),
        },
    )


def _detector(wish: Wish) -> str:
    return DETECTOR if wish.model == Wish.model else wish.model


def _from_facts(place: Place, plan: Plan) -> tuple[Comparison, dict[str, Any]]:
    place.say(f"{plan.days:g} days of the household {plan.seed}, as facts")
    with stores(place.folder) as store:
        pieces = in_order(partial(said, plan, Errors()), plan.spans(FACT_PIECE))
        expected, seconds = asyncio.run(_played(place, plan, pieces, Replay(store, FACT_STEP_S, plan.start)))
        cpu = _cpu_s()
        with psycopg.connect(store.database_url, autocommit=True) as database:
            place.say("comparing")
            compared = time.perf_counter()
            found = compare(database, world_of(plan), plan.days, expected)
            seconds["comparison"] = time.perf_counter() - compared
    return found, {"stages_s": {name: round(value, 1) for name, value in seconds.items()}, "cpu_s": cpu}


def _cpu_s() -> dict[str, float]:
    """Of this process, of those that made the truth and have ended, and of the servers that still run."""
    rows = usages(family(os.getpid())[1:], memory=False)
    servers = {name: row["cpu_s"] for name, row in by_title(rows).items() if not name.startswith("python")}
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "pipeline and comparison": round(own.ru_utime + own.ru_stime, 1),
        "truth": round(ended.ru_utime + ended.ru_stime, 1),
        **servers,
    }


async def _played(
    place: Place, plan: Plan, pieces: Iterable[Piece], replay: Replay
) -> tuple[dict[str, Expected], dict[str, float]]:
    """What there was to be seen, and where the time went."""
    expected: dict[str, Expected] = {}
    week = 1
    try:
        await replay.add_cameras(camera.id for camera in world_of(plan).property.cameras)
        waited, at = 0.0, time.perf_counter()
        for number, piece in enumerate(pieces, start=1):
            waited += time.perf_counter() - at
            await replay.play(piece)
            expected.update((picture.shot.path, picture) for picture, _ in piece)
            if (weeks := number * FACT_PIECE / timedelta(days=7)) >= week:
                place.say(f"week {week}: {len(expected)} pictures")
                week = int(weeks) + 1
            at = time.perf_counter()
        await replay.end()
    finally:
        await replay.close()
    return expected, {"waiting for the truth": waited, **replay.seconds}


def _from_pictures(place: Place, plan: Plan, detector: str) -> tuple[Comparison, dict[str, Any]]:
    data_dir = place.folder / "data"
    data_dir.mkdir()
    world = world_of(plan)
    write_marker(data_dir, Simulation(plan.seed, plan.start, plan.end, TIMEZONE))
    place.say("starting homesec")
    with System(
        data_dir, detector, TIMEZONE=TIMEZONE, DETECTOR__MIN_CONFIDENCE=str(STORED_FROM), DETECTOR__DEVICE="cpu"
    ) as system:
        place.say(f"{plan.days:g} days of the household {plan.seed}, as pictures")
        expected: dict[str, Expected] = {}
        delivery = Delivery(data_dir, system.database)
        spoke = began = time.perf_counter()
        for piece in in_order(partial(drawn, plan), plan.spans(PICTURE_PIECE)):
            delivery.send(piece)
            expected.update((picture.shot.path, picture) for picture, _ in piece)
            if piece and time.perf_counter() - spoke > SAY_S:
                spoke = time.perf_counter()
                place.say(f"{len(expected)} pictures, until {piece[-1][0].shot.at.astimezone(world.zone):%a %H:%M}")
        delivery.end()
        seconds = time.perf_counter() - began
        found = compare(system.database, world, plan.days, expected)
        delays = arrival_to_event_s(system.database)
    rate = round(len(expected) / seconds, 2)
    return found, {"arrival_to_event_s": told(delays), "pictures_a_second_of_the_clock": rate}


def _checks_of_facts(days: float, seconds: float) -> list[Check]:
    if days < LEAST_DAYS:
        return []  # what starts and ends take would count too much
    return [at_most("minutes for eight weeks at this pace", seconds / 60 * EIGHT_WEEKS / days, EIGHT_WEEKS_MIN)]


def _checks_of_pictures(found: Comparison) -> list[Check]:
    checks = []
    for name in CONDITIONS:
        if found.tally.persons[name].asked < ENOUGH:
            continue
        precision, recall = BY_DAY if name == "day" else ELSE
        if (value := found.mean_precision(name)) is not None:
            checks.append(at_least(f"mAP50, {name}", value, precision))
        if (value := found.person_recall(name)) is not None:
            checks.append(at_least(f"recall of persons, {name}", value, recall))
    return checks


def _checks_of_events(found: Comparison) -> list[Check]:
    recall = found.happenings.recall(found.stories)["incident"]["story_recall"]
    return [] if recall is None else [at_least("incidents that became an event", recall, INCIDENTS)]
