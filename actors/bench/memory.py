"""Whether the system's memory grows under load, after it has warmed up."""

import threading
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from actors.bench import Place, Wish
from actors.bench.system import System
from homesec.bench.pictures import distinct, photographs
from homesec.bench.processes import family, usages
from homesec.bench.report import Report, at_most
from homesec.bench.rounds import calibration
from homesec.bench.slope import slope

DETECTOR = "null:person"
CAMERAS = ("front_door", "driveway", "back_yard", "street")
SIZE = (1280, 720)
EVERY_S = 0.5
WARM = 0.25  # of the time: caches, pools and allocators fill first
SAMPLE_S = 5.0
MB_A_MINUTE = 1.0


def measure(place: Place, wish: Wish) -> Report:
    minutes = 0.5 if wish.quick else wish.minutes
    before = calibration()
    place.say("starting homesec")
    totals: list[tuple[float, float]] = []
    titles: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    with System(place.folder / "data", DETECTOR) as system:
        ending = threading.Event()
        load = threading.Thread(target=_load, args=(system, place.folder / "staged", ending))
        load.start()
        try:
            warm_s = 60 * minutes * WARM
            place.say(f"{warm_s:.0f} s to warm up, then {minutes:g} minutes of {1 / EVERY_S:g} pictures a second")
            time.sleep(warm_s)
            begun = time.monotonic()
            while (minute := (time.monotonic() - begun) / 60) < minutes:
                sample: defaultdict[str, float] = defaultdict(float)
                for usage in usages(family(system.pid)):
                    sample[usage.title] += usage.uss_mb
                totals.append((minute, sum(sample.values())))
                for title, uss_mb in sample.items():
                    titles[title].append((minute, uss_mb))
                time.sleep(SAMPLE_S)
        finally:
            ending.set()
            load.join(30)
        uploads = int(system.value("SELECT count(*) FROM uploads WHERE state = 'done'"))
    slopes = {title: round(slope(samples), 3) for title, samples in titles.items()}
    return Report(
        "memory",
        (at_most("growth of the memory of all processes", slope(totals), MB_A_MINUTE, "MB/min"),),
        {
            "uss_mb_first": round(totals[0][1], 1),
            "uss_mb_last": round(totals[-1][1], 1),
            "minutes": minutes,
            "pictures_done": uploads,
            "mb_a_minute_by_process": dict(sorted(slopes.items(), key=lambda item: -item[1])),
            "mb_last_by_process": {title: round(samples[-1][1], 1) for title, samples in titles.items()},
            "samples": [f"{minute:.1f}:{uss_mb:.1f}" for minute, uss_mb in totals[:: max(1, len(totals) // 40)]],
            "calibration_before": before,
            "calibration_after": calibration(),
        },
    )


def _load(system: System, staged: Path, ending: threading.Event) -> None:
    """Pictures with a person, and someone who looks at the list."""
    staged.mkdir()
    pictures = distinct(photographs(SIZE), "memory")
    start = datetime.now(UTC) - timedelta(days=2)
    number = 0
    begun = time.monotonic()
    while not ending.wait(max(0.0, begun + number * EVERY_S - time.monotonic())):
        camera = CAMERAS[number % len(CAMERAS)]
        at = start + timedelta(seconds=number * 4)  # a batch, and so an event, every one and a half minutes
        source = staged / f"{number}.jpg"
        source.write_bytes(next(pictures))
        source.rename(system.folder(camera) / f"{at:%Y%m%d_%H%M%S}.jpg")
        if number % 10 == 0:
            system.get("/api/events")
        number += 1
