"""`homesec bench accuracy --part identity`: who is seen again, and whether strangers pass for members."""

from dataclasses import asdict

import psycopg

from actors.bench import Place, Wish
from homesec.bench.accuracy.fact_run import played
from homesec.bench.accuracy.glimpses import equal_error_rate, glimpses, trials
from homesec.bench.accuracy.plan import TIMEZONE, Plan, world_of
from homesec.bench.accuracy.recognition import entities, unfounded
from homesec.bench.report import Check, Report, at_least, at_most
from homesec.bench.stores import stores
from homesec.errors import InvalidInput
from homesec.sim.marker import Simulation
from homesec.sim.truth.oracle import Oracle

DAYS, QUICK_DAYS, FPS = 7.0, 0.25, 0.25
STRANGERS, FEW_STRANGERS = 20_000, 2_000
SURPLUS, MERGED, TAKEN, RECALL = 0.10, 0.01, 0.001, 0.90


def identity(place: Place, wish: Wish) -> Report:
    """The household as facts with the oracle's vectors, through the real identification."""
    if not wish.facts:
        raise InvalidInput("--part identity needs --facts: vectors of drawn pictures would tell nothing")
    plan = Plan(wish.seed, QUICK_DAYS if wish.quick else wish.days or DAYS, wish.fps or FPS)
    place.say(f"{plan.days:g} days of the household {plan.seed}, as facts")
    model = Oracle(Simulation(plan.seed, plan.start, plan.end, TIMEZONE))
    with stores(place.folder) as store:
        expected, spent = played(store, plan, (), place.say, model=model)
        with psycopg.connect(store.database_url, autocommit=True) as database:
            found, mixed = entities(database, expected)
            left = unfounded(database)
    place.say("strangers and members")
    seen = glimpses(plan)
    members = [member.thing.id for member in world_of(plan).cast.members]
    tried = trials(seen, plan.seed, members, FEW_STRANGERS if wish.quick else STRANGERS)
    checks: list[Check] = []
    for entity_type, told in found.items():
        if not wish.quick:
            checks.append(at_most(f"number of entities off by, {entity_type}", told.surplus, SURPLUS))
        checks.append(at_most(f"tracks merged wrongly, {entity_type}", told.wrong, MERGED))
    checks += [
        at_most("strangers taken for a member", tried.wrong, TAKEN),
        at_least("members recognised", tried.recall, RECALL),
    ]
    details = {
        "seed": plan.seed,
        "days": plan.days,
        "entities": {entity_type: told.to_json() for entity_type, told in found.items()},
        "tracks_of_several_things": mixed,
        "tracks_seen_too_little": left,
        "trials": asdict(tried),
        "equal_error_rate_of_single_vectors": round(equal_error_rate(seen, plan.seed), 4),
        **spent,
    }
    return Report("accuracy", tuple(checks), details)
