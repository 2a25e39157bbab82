"""`homesec bench accuracy --part alerts`: what the rules of a new system tell of a simulated household."""

import psycopg

from actors.bench import Place, Wish
from homesec.bench.accuracy.alerting import Alerting, alerts, listen
from homesec.bench.accuracy.comparison import compare
from homesec.bench.accuracy.fact_run import played
from homesec.bench.accuracy.garden import walk_checks, walked
from homesec.bench.accuracy.plan import Plan, world_of
from homesec.bench.report import Report
from homesec.bench.stores import stores
from homesec.errors import InvalidInput
from homesec.sim.drawn_zones import drawn_zones

DAYS, QUICK_DAYS, FPS = 3.0, 0.1, 0.25
STEP_S = 12.0  # of the world: pictures that are judged together; an owner is told while it goes on


def measure(place: Place, wish: Wish) -> Report:
    """Only as facts: rules are judged by what detectors say, and days of pictures are drawn elsewhere."""
    if not wish.facts:
        raise InvalidInput("--part alerts takes days, and so needs --facts")
    days = QUICK_DAYS if wish.quick else wish.days or DAYS
    plan = Plan(wish.seed, days, wish.fps or FPS)
    world = world_of(plan)
    place.say(f"{days:g} days of the household {wish.seed}")
    with stores(place.folder / "household") as store:
        with psycopg.connect(store.database_url, autocommit=True) as database:
            listen(database)
            expected, spent = played(store, plan, drawn_zones(world.property), place.say, step_s=STEP_S)
            compared = compare(database, world, days, expected)
            found = Alerting(
                alerts(database), compared.happenings, compared.stories, days, len(world.property.cameras)
            )
    place.say("a walk in the garden")
    with stores(place.folder / "garden") as store:
        notifications = walked(store, wish.seed)
    return Report(
        "accuracy",
        (*found.checks(), *walk_checks(notifications)),
        {
            "seed": plan.seed,
            "from": plan.start.isoformat(),
            "days": days,
            "pictures": len(expected),
            "events": len(compared.events),
            **found.to_json(),
            **spent,
        },
    )
