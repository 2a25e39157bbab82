"""`homesec up` until it is ready, against bare Ray and Serve until they answer."""

from actors.bench import Place, Wish
from actors.bench.bare_system import BareSystem
from actors.bench.system import System
from homesec.bench.processes import by_title, family, usages
from homesec.bench.report import Report, at_most
from homesec.bench.rounds import alternate, calibration

TARGET, GOAL = 2.5, 1.5


def measure(place: Place, wish: Wish) -> Report:
    rounds = 1 if wish.quick else 5
    before = calibration()
    place.say("the first start, which makes the database")
    system = System(place.folder / "data", "null")
    first_s = _start(system, {})
    place.say(f"{rounds} rounds of starting homesec and bare Ray and Serve")
    spent: dict[str, float] = {}
    spent_bare: dict[str, float] = {}

    def theirs(number: int) -> float:
        with BareSystem(place.folder) as bare:
            spent_bare.update(_spent(bare.pid))
            return bare.started_s

    found = alternate(lambda number: _start(system, spent), theirs, rounds)
    return Report(
        "start",
        (at_most("seconds until ready, homesec / bare Ray and Serve", found.ratio, TARGET),),
        {
            **found.to_json("s"),
            "goal": GOAL,
            "first_start_s": round(first_s, 2),
            "cpu_s_homesec": spent,
            "cpu_s_bare": spent_bare,
            "calibration_before": before,
            "calibration_after": calibration(),
        },
    )


def _start(system: System, spent: dict[str, float]) -> float:
    try:
        seconds = system.start()
        spent.update(_spent(system.pid))
        return seconds
    finally:
        system.stop()


def _spent(pid: int) -> dict[str, float]:
    """CPU seconds by kind of process: nearly all of a start is work, so this is what makes it long."""
    titles = by_title(usages(family(pid), memory=False))
    return {"all": round(sum(row["cpu_s"] for row in titles.values()), 2)} | {
        name: row["cpu_s"] for name, row in sorted(titles.items(), key=lambda item: -item[1]["cpu_s"])
    }
