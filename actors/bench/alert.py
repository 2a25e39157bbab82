"""From the rename of a whole picture to an alert that is committed with its notification, ready for the notifier."""

import asyncio

from actors.bench import Place, Wish
from actors.bench.latency import CAMERAS, DETECTOR, EVERY_S, heard
from actors.bench.system import System
from homesec.bench.report import Report, at_most
from homesec.bench.rounds import calibration, percentile, summary

P95_MS = 1000.0  # beside the time of the model, and this one takes none
# Critical, since the pictures' names are of days ago: what is known late is else not told.
_RULE = """
    INSERT INTO alert_rules (name, severity, object_types, conditions, schedule)
    VALUES ('Anybody', 'critical', '{person}', '{"identity": ["not_trusted"]}',
        '{"days": [], "start": "00:00", "end": "24:00", "timezone": "UTC"}')
"""
_WAITING = "SELECT count(*) FROM notification_deliveries WHERE state = 'pending'"


def measure(place: Place, wish: Wish) -> Report:
    count = 12 if wish.quick else 120
    before = calibration()
    place.say("starting homesec")
    with System(place.folder / "data", DETECTOR) as system:
        for camera in CAMERAS:
            system.folder(camera)
        system.database.execute("INSERT INTO notification_channels (name, kind) VALUES ('Phone', 'webhook')")
        system.database.execute(_RULE)
        place.say(f"{count} pictures, one every {EVERY_S:g} s")
        staged = place.folder / "staged"
        staged.mkdir()
        sent, came = asyncio.run(heard(system, staged, count + len(CAMERAS), "alert.created"))
        waiting = system.value(_WAITING)
    # the first picture of each camera makes the camera
    named = list(sent)[len(CAMERAS) :]
    delays = [(came[name] - sent[name][0]) * 1000 for name in named if name in came]
    return Report(
        "alert",
        (
            at_most("rename to the alert, p95", percentile(delays, 95), P95_MS, "ms"),
            at_most("pictures without an alert", sum(name not in came for name in named), 0),
            at_most("alerts without a notification", max(0, len(came) - waiting), 0),
        ),
        {
            "delay_ms": summary(delays),
            "notifications": waiting,
            "detector": DETECTOR,
            "calibration_before": before,
            "calibration_after": calibration(),
        },
    )
