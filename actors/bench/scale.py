"""1, 2, 4 and 8 detectors whose model takes 50 ms an image, against the ideal line."""

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import ray

from actors import DETECTOR, WRITER, options
from actors.bench import Place, Wish
from actors.bench.local_ray import local_ray
from actors.bench.system import until
from actors.detector import DetectorActor
from actors.writer import WriterActor
from homesec.bench.pictures import distinct, small_picture
from homesec.bench.queued import Source
from homesec.bench.report import Report, at_least
from homesec.bench.rounds import calibration
from homesec.bench.stores import stores
from homesec.media.local_storage import LocalStorage
from homesec.settings import Settings

IMAGE_S = 0.05
COUNTS = (1, 2, 4, 8)
WARM_S = 2.0  # until every detector has its first batches
TARGET = 0.9
START_S = 60.0


def measure(place: Place, wish: Wish) -> Report:
    window_s = 3.0 if wish.quick else 12.0
    counts = COUNTS[:2] if wish.quick else COUNTS
    settings = Settings.load(data_dir=place.folder, detector={"name": f"fake:sleep:{IMAGE_S * 1000:.0f}"})
    pictures = distinct([small_picture()], "scale")
    before = calibration()
    rates: dict[int, float] = {}
    with (
        stores(place.folder) as store,
        local_ray(),
        psycopg.connect(store.database_url, autocommit=True) as database,
    ):
        writer: Any = ray.remote(WriterActor).options(**options(WRITER))
        writer = writer.remote(settings, store.database_url, store.redis_url)
        storage = LocalStorage.open(settings.cameras_dir, settings.media_dir)  # before any detector looks for it
        source = Source(storage, database, store.redis_url)
        where = (settings, store.database_url, store.redis_url)
        for count in counts:
            rates[count] = _rate(source, pictures, count, where, window_s)
            place.say(f"{count} detectors: {rates[count]:.1f} images/s of {count / IMAGE_S:.0f}")
        health: Any = ray.get(writer.health.remote(), timeout=30)
        ray.get(writer.stop.remote(), timeout=60)
    shares = {count: rate * IMAGE_S / count for count, rate in rates.items()}
    most = max(counts)
    return Report(
        "scale",
        (at_least(f"images a second of {most} detectors / ideal line", shares[most], TARGET),),
        {
            "images_per_s": {str(count): round(rate, 2) for count, rate in rates.items()},
            "share_of_ideal": {str(count): round(share, 3) for count, share in shares.items()},
            "share_of_one_detector_times_n": {
                str(count): round(rate / count / rates[1], 3) for count, rate in rates.items()
            },
            "image_s": IMAGE_S,
            "batch": settings.detector.batch,
            "window_s": window_s,
            "writer": health,
            "calibration_before": before,
            "calibration_after": calibration(),
        },
    )


def _rate(source: Source, pictures: Iterator[bytes], count: int, where: tuple[Any, ...], window_s: float) -> float:
    """Images a second, while there is always more to do than can be done."""
    ahead_s = 2 * WARM_S  # of entries that the detectors have taken and not finished
    needed = count / IMAGE_S * (WARM_S + window_s + ahead_s)
    shell: Any = ray.remote(DetectorActor)
    names = [f"{DETECTOR}:{number}" for number in range(count)]
    detectors = [shell.options(**options(name)).remote(*where, "cpu", 0.0, name) for name in names]
    try:
        until(lambda: all(answer["state"] == "ok" for answer in _health(detectors)), START_S)
        done = source.looked_at()
        source.fill(pictures, round(needed), f"of_{count}")
        until(lambda: source.looked_at() > done, START_S)
        time.sleep(WARM_S)
        first, started = source.looked_at(), time.perf_counter()
        time.sleep(window_s)
        last, ended = source.looked_at(), time.perf_counter()
        source.forget()
        ray.get([detector.stop.remote() for detector in detectors], timeout=60)
        return (last - first) / (ended - started)
    finally:
        for detector in detectors:
            ray.kill(detector)


def _health(detectors: list[Any]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = ray.get([detector.health.remote() for detector in detectors], timeout=START_S)
    return answers
