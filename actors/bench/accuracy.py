"""What the tables say against what happened: the simulated household, watched by the system.

With pictures the whole system sees them through its detector. In fact mode detections come straight from the truth, and
the stages behind the detector run in this process by a clock of their own, so that weeks take minutes.
"""

import time
from pathlib import Path
from typing import Any

import psycopg

from actors.bench import Place, Wish, alerting
from actors.bench.household import DETECTOR, Household
from actors.bench.recognition import identity
from actors.bench.space import habits, scenes, tracks
from homesec.bench.accuracy.comparison import CONDITIONS, Comparison, compare, told
from homesec.bench.accuracy.error_picture import error_picture, save
from homesec.bench.accuracy.fact_run import played
from homesec.bench.accuracy.plan import Plan, world_of
from homesec.bench.accuracy.stored import arrival_to_event_s
from homesec.bench.report import Check, Report, at_least, at_most
from homesec.bench.rounds import calibration
from homesec.bench.stores import stores
from homesec.errors import InvalidInput

FPS, FACT_FPS = 0.5, 0.25  # pictures a second while something moves: cameras send one every 0.2 to 5 s
EIGHT_WEEKS, EIGHT_WEEKS_MIN, LEAST_DAYS = 56, 10.0, 7.0
ENOUGH = 50  # persons to be found under a condition, from which on its figures are held against their targets
BY_DAY, ELSE = (0.85, 0.92), (0.7, 0.7)  # mAP50 and recall of persons
INCIDENTS = 0.95  # of the incidents that a camera can see become an event
SHOWN = 12  # mistakes of each sort in the picture of the worst


def measure(place: Place, wish: Wish) -> Report:
    if (wish.days is not None and wish.days <= 0) or (wish.fps is not None and wish.fps <= 0):
        raise InvalidInput("--days and --fps must be more than 0")
    if wish.part not in PARTS:
        raise InvalidInput(f"there is no part {wish.part!r}; there are: {', '.join(PARTS)}")
    return PARTS[wish.part](place, wish)


def events(place: Place, wish: Wish) -> Report:
    """Detections and events."""
    days = 0.1 if wish.quick else wish.days or 1.0
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
        expected, spent = played(store, plan, (), place.say)
        with psycopg.connect(store.database_url, autocommit=True) as database:
            place.say("comparing")
            compared = time.perf_counter()
            found = compare(database, world_of(plan), plan.days, expected)
            spent["stages_s"]["comparison"] = round(time.perf_counter() - compared, 1)
    return found, spent


def _from_pictures(place: Place, plan: Plan, detector: str) -> tuple[Comparison, dict[str, Any]]:
    with Household(place, plan, detector) as household:
        expected, rate = household.play()
        found = compare(household.database, world_of(plan), plan.days, expected)
        delays = arrival_to_event_s(household.database)
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


PARTS = {
    "events": events, "tracks": tracks, "habits": habits, "scenes": scenes, "identity": identity,
    "alerts": alerting.measure,
}  # fmt: skip
