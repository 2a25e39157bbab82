"""The way to the writer's second lane: for logs and readings, which may be lost and which nobody waits for."""

from collections.abc import Sequence

import ray

from actors import NAMESPACE, WRITER
from homesec import telemetry
from homesec.settings import Settings
from homesec.store.writes.logs import SaveLogs
from homesec.store.writes.unit import Unit
from homesec.telemetry import LogLine

WITHIN_S = 5.0  # so long one call is waited for; while it is, no other one goes out from that thread


def note(unit: Unit) -> None:
    """Hand a unit to the second lane. For a thread of its own; what goes wrong is raised, and the unit is lost."""
    writer = ray.get_actor(WRITER, namespace=NAMESPACE)
    ray.get(writer.note.remote(unit), timeout=WITHIN_S)


def set_up_logging(settings: Settings, component: str) -> None:
    """Logs of this actor go to its file, and lines of INFO and above to the table `logs` too."""
    telemetry.set_up_logging(settings, component, _send)


def _send(lines: Sequence[LogLine]) -> None:
    note(SaveLogs(tuple(lines)))
