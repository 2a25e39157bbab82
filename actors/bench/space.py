"""Space and time of `homesec bench accuracy`: tracks with zones and hands, habits, and changes of a camera's view."""

from typing import Any

import psycopg

from actors.bench import Place, Wish
from actors.bench.household import DETECTOR, Household
from homesec.bench.accuracy.fact_run import played
from homesec.bench.accuracy.following import FAST, SLOW, Following, followed
from homesec.bench.accuracy.habits import learned
from homesec.bench.accuracy.parked import parked, parked_checks
from homesec.bench.accuracy.plan import Plan, world_of
from homesec.bench.accuracy.scenes import scene_report
from homesec.bench.report import Check, Report, at_least, at_most
from homesec.bench.stores import stores
from homesec.errors import InvalidInput
from homesec.sim.drawn_zones import drawn_zones

HOURS_FAST, DAYS_SLOW, DAYS_PICTURES = 3.0, 3.0, 0.25  # spans watched when none is asked for
HABIT_DAYS, HABIT_FPS = 56.0, SLOW  # at one picture in 4 s a quarter of the cars passes between two pictures
SCENE_DAYS = 14.0
QUICK_DAYS = 0.1


def tracks(place: Place, wish: Wish) -> Report:
    """Whether one object is one track, in fast and slow pictures, and what is said of zones, lines and hands."""
    checks: list[Check] = []
    details: dict[str, Any] = {"mode": "facts" if wish.facts else "pictures", "seed": wish.seed}
    for fps, usual in _rates(wish):
        days = QUICK_DAYS if wish.quick else wish.days or usual
        plan = Plan(wish.seed, days, fps)
        place.say(f"{days:g} days of the household {wish.seed}, {fps:g} pictures a second")
        found, spent = _facts(place, plan) if wish.facts else _pictures(place, plan, wish)
        checks += found.checks()
        details[f"at_{fps:g}_a_second"] = {"days": days, **spent, **found.to_json()}
    if wish.facts:
        place.say("a parked car")
        with stores(place.folder / "parked") as store:
            counted = parked(store, wish.seed)
        checks += parked_checks(*counted)
        details["parked"] = {"tracks": counted[0], "events": counted[1]}
    return Report("accuracy", tuple(checks), details)


def habits(place: Place, wish: Wish) -> Report:
    """What is learned in weeks, and what is found unusual then; only as facts: nobody draws weeks of pictures."""
    if not wish.facts:
        raise InvalidInput("--part habits takes weeks, and so needs --facts")
    days = QUICK_DAYS if wish.quick else wish.days or HABIT_DAYS
    plan = Plan(wish.seed, days, wish.fps or HABIT_FPS, unusual=True)
    with stores(place.folder) as store:
        _, spent = played(store, plan, drawn_zones(world_of(plan).property), place.say, keep=True)
        with psycopg.connect(store.database_url, autocommit=True) as database:
            found = learned(database, plan)
    details = {"seed": wish.seed, "from": plan.start.isoformat(), "days": days, **spent, **found.to_json()}
    return Report("accuracy", tuple(found.checks()), details)


def scenes(place: Place, wish: Wish) -> Report:
    """Whether cameras that are covered, turned or sprayed are found, and nothing else is."""
    days = QUICK_DAYS if wish.quick else wish.days or SCENE_DAYS
    place.say(f"views of {days:g} days of the household {wish.seed}")
    found = scene_report(wish.seed, days)
    checks = [at_most("false scene changes", found.false, 0)]
    if found.planted:
        checks.append(at_least("planted scene changes found in time", found.found / found.planted, 1.0))
    return Report("accuracy", tuple(checks), {"seed": wish.seed, "days": days, **found.to_json()})


def _rates(wish: Wish) -> list[tuple[float, float]]:
    """Pictures a second, and days."""
    if wish.fps is not None:
        return [(wish.fps, DAYS_PICTURES)]
    if not wish.facts:
        return [(SLOW, DAYS_PICTURES)]
    return [(FAST, HOURS_FAST / 24), (SLOW, DAYS_SLOW)]


def _facts(place: Place, plan: Plan) -> tuple[Following, dict[str, Any]]:
    zones = drawn_zones(world_of(plan).property)
    with stores(place.folder / f"{plan.fps:g}") as store:
        expected, spent = played(store, plan, zones, place.say)
        with psycopg.connect(store.database_url, autocommit=True) as database:
            return followed(database, plan, zones, expected), {"pictures": len(expected), **spent}


def _pictures(place: Place, plan: Plan, wish: Wish) -> tuple[Following, dict[str, Any]]:
    zones = drawn_zones(world_of(plan).property)
    detector = DETECTOR if wish.model == Wish.model else wish.model
    with Household(place, plan, detector) as household:
        household.draw(zones)
        expected, rate = household.play()
        found = followed(household.database, plan, zones, expected)
    return found, {"pictures": len(expected), "pictures_a_second_of_the_clock": rate}
