"""Files on the disk until their rows are committed: the whole system, against one plain process."""

import os
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from actors.bench import Place, Wish
from actors.bench.system import System, until
from homesec.bench.pictures import distinct, names, photographs
from homesec.bench.plain_pipeline import PlainPipeline
from homesec.bench.processes import by_title, family, total_cpu_s, usages
from homesec.bench.report import Report, at_least, at_most
from homesec.bench.rounds import alternate, calibration
from homesec.bench.weights import random_weights
from homesec.settings import Settings

CAMERAS = ("front_door", "driveway", "back_yard", "street")
WITHIN_S = 300.0
_START = datetime(2026, 1, 1, tzinfo=UTC)
_LOOKED_AT = "SELECT count(*) FROM uploads WHERE state <> 'pending' AND volume <> 'plain'"


def measure(place: Place, wish: Wish) -> Report:
    data_dir = place.folder / "data"
    settings = Settings.load(data_dir=data_dir, detector={"name": _detector(wish.model, data_dir), "device": "cpu"})
    takes_time = not settings.detector.name.startswith("null")
    count, rounds = (64, 5) if takes_time else (800, 5)
    if wish.quick:
        count, rounds = 16, 2
    pictures = distinct(photographs(), "pipeline")
    before = calibration()
    place.say("starting homesec")
    with System(data_dir, settings.detector.name, DETECTOR__DEVICE="cpu") as system:
        plain = PlainPipeline(settings, system.database_url)
        spent: list[float] = []
        cost: defaultdict[str, float] = defaultdict(float)
        try:
            staged = _stage(place.folder / "warm", pictures, 16, 0)
            _through(system, staged)
            plain.run(staged.plain)
            place.say(f"{rounds} rounds of {count} pictures, by the system and by one plain process")
            sets = [_stage(place.folder / f"round{number}", pictures, count, number + 1) for number in range(rounds)]

            def ours(number: int) -> float:
                before_cpu = _cpu_s(system)
                seconds = _through(system, sets[number])
                for name, cpu_s in _cpu_s(system).items():
                    cost[name] += (cpu_s - before_cpu.get(name, 0.0)) / count / rounds * 1000
                return count / seconds

            def theirs(number: int) -> float:
                cpu_s = total_cpu_s(system.pid)
                seconds = plain.run(sets[number].plain)
                spent.append((total_cpu_s(system.pid) - cpu_s) / seconds)
                return count / seconds

            found = alternate(ours, theirs, rounds)
            lost = int(system.value("SELECT count(*) FROM uploads WHERE state IN ('failed', 'rejected')"))
            objects = int(system.value("SELECT count(*) FROM detections"))
            parts = {part["name"]: part for part in system.get("/api/health")["parts"]}
        finally:
            plain.close()
    target = 0.9 if takes_time else 0.5
    return Report(
        "pipeline",
        (
            at_least(f"pictures a second, system / one process ({wish.model})", found.ratio, target),
            at_most("pictures that failed", lost, 0),
        ),
        {
            **found.to_json("pictures/s"),
            "model": settings.detector.name,
            "pictures_a_round": count,
            "batch": settings.detector.batch,
            "decode_threads": settings.detector.decode_threads,
            "detections_stored": objects,
            "cores_taken_by_the_idle_system_meanwhile": round(statistics.median(spent), 3),
            "cpu_ms_a_picture": {
                name: round(cpu_ms, 2) for name, cpu_ms in sorted(cost.items(), key=lambda item: -item[1])
            },
            "detector": parts["detector:0"]["detail"],
            "writer": parts["writer"]["detail"],
            "aggregator": parts["aggregator"]["detail"],
            "calibration_before": before,
            "calibration_after": calibration(),
        },
    )


@dataclass(frozen=True)
class _Staged:
    """The same files twice: to be moved into the cameras' folders, and for the plain process."""

    moves: tuple[tuple[Path, str], ...]
    plain: tuple[Path, ...]


def _stage(folder: Path, pictures: Iterator[bytes], count: int, day: int) -> _Staged:
    """Write a round's files beside the system's folders; their names say that they were taken two seconds apart."""
    folder.mkdir()
    copies = folder / "plain"
    copies.mkdir()
    moves, plain = [], []
    lanes = [names(_START + timedelta(days=day), timedelta(seconds=2)) for _ in CAMERAS]
    for number, picture in enumerate(islice(pictures, count)):
        camera = CAMERAS[number % len(CAMERAS)]
        name = next(lanes[number % len(CAMERAS)])
        staged = folder / f"{number}.jpg"
        staged.write_bytes(picture)
        copy = copies / f"{number}.jpg"
        os.link(staged, copy)
        moves.append((staged, f"{camera}/{name}"))
        plain.append(copy)
    return _Staged(tuple(moves), tuple(plain))


def _through(system: System, staged: _Staged) -> float:
    """Move the files into the cameras' folders; gives the seconds until all their rows are committed."""
    expected = int(system.value(_LOOKED_AT)) + len(staged.moves)
    started = time.perf_counter()
    for source, place in staged.moves:
        source.rename(system.folder(place.partition("/")[0]) / place.partition("/")[2])
    until(lambda: int(system.value(_LOOKED_AT)) >= expected, WITHIN_S)
    return time.perf_counter() - started


def _cpu_s(system: System) -> dict[str, float]:
    return {name: row["cpu_s"] for name, row in by_title(usages(family(system.pid), memory=False)).items()}


def _detector(model: str, data_dir: Path) -> str:
    """The detector of this name; yolo is its architecture with random weights, which are as slow as real ones."""
    if model != "yolo":
        return model
    return f"ultralytics:{random_weights(data_dir / 'models').name}"
