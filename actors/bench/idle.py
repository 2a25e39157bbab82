"""What the idle system takes, against bare Ray and Serve idling beside it."""

import time

from actors.bench import Place, Wish
from actors.bench.bare_system import BareSystem
from actors.bench.system import System
from homesec.bench.processes import by_title, family, total_cpu_s, usages
from homesec.bench.report import Report, at_most
from homesec.bench.rounds import calibration

CPU = 0.05  # of a core, above what Ray and Serve take by themselves
SETTLE_S = 30.0


def measure(place: Place, wish: Wish) -> Report:
    settle_s, minute_s = (2.0, 5.0) if wish.quick else (SETTLE_S, 60.0)
    before = calibration()
    place.say("starting homesec, and bare Ray and Serve beside it")
    # both at the same time, so that what else the machine does hits both alike
    with System(place.folder / "data", "null") as system, BareSystem(place.folder) as bare:
        time.sleep(settle_s)
        place.say(f"{minute_s:g} s of nothing")
        started = time.perf_counter()
        first = {use.pid: use for use in usages(family(system.pid))}
        first_bare = total_cpu_s(bare.pid)
        time.sleep(minute_s)
        last = usages(family(system.pid))
        bare_cpu_s = total_cpu_s(bare.pid) - first_bare
        seconds = time.perf_counter() - started
        bare_memory = usages(family(bare.pid))
    cpu_s = sum(use.cpu_s - first[use.pid].cpu_s for use in last if use.pid in first)
    spent = {use.pid: use.cpu_s - first[use.pid].cpu_s if use.pid in first else 0.0 for use in last}
    titles = by_title(last)
    for name, row in titles.items():
        row["cores"] = round(sum(spent[use.pid] for use in last if use.title == name) / seconds, 4)
        del row["cpu_s"]
    return Report(
        "idle",
        (at_most("cores of homesec above bare Ray and Serve", (cpu_s - bare_cpu_s) / seconds, CPU),),
        {
            "cores_homesec": round(cpu_s / seconds, 4),
            "cores_bare": round(bare_cpu_s / seconds, 4),
            "pss_mb_homesec": round(sum(use.pss_mb for use in last), 1),
            "pss_mb_bare": round(sum(use.pss_mb for use in bare_memory), 1),
            "uss_mb_homesec": round(sum(use.uss_mb for use in last), 1),
            "uss_mb_bare": round(sum(use.uss_mb for use in bare_memory), 1),
            "processes": titles,
            "seconds": round(seconds, 1),
            "calibration_before": before,
            "calibration_after": calibration(),
        },
    )
