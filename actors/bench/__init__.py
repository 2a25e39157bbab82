"""`homesec bench NAME`: what this machine carries, measured with the real system."""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from actors.surroundings import prepare
from homesec.bench.report import Report
from homesec.errors import InvalidInput

BENCHES = {
    "pipeline": "files on the disk until their rows are committed, against one plain process (--model null or yolo)",
    "latency": "from the rename of a picture to its event at a socket",
    "writer": "detections through the writer, against raw COPY",
    "alert": "from the rename of a picture to an alert that waits for the notifier",
    "scale": "1, 2, 4 and 8 detectors, against the ideal line",
    "api": "list, read and search with a million events",
    "search": "search by meaning and by words with a million events, against exact search",
    "sockets": "200 sockets, 20 messages a second",
    "start": "`homesec up` until it is ready, against bare Ray and Serve",
    "idle": "what the idle system takes, against bare Ray and Serve",
    "memory": "whether memory grows under load (--minutes)",
    "accuracy": "what the tables say against the truth of a simulated household (--part --seed --days --fps --facts)",
}


@dataclass(frozen=True)
class Wish:
    """What can be chosen beside the name."""

    model: str = "null"
    minutes: float = 20.0
    quick: bool = False
    """A small run, which shows that the bench works and not what the machine carries."""
    seed: int = 1
    days: float | None = None
    """How long the household is watched; None: what suits the part."""
    fps: float | None = None
    """Pictures a second while something moves; None: what suits the mode."""
    facts: bool = False
    """Detections come straight from the truth, nothing is drawn."""
    errors: str = "accuracy-errors.png"
    """Where the picture of the worst mistakes goes."""
    part: str = "events"
    """What is compared: events, tracks, habits, scenes, identity or alerts."""


@dataclass(frozen=True)
class Place:
    """Where a bench works: an empty folder, and someone to tell how far it is."""

    folder: Path
    say: Callable[[str], None]


def run(name: str, as_json: bool, wish: Wish | None = None) -> Report:
    """Run a bench and print its report. Raises InvalidInput for a name that is none."""
    if name not in BENCHES:
        raise InvalidInput(f"there is no bench {name!r}; there are: {', '.join(BENCHES)}")
    for setting in [setting for setting in os.environ if setting.startswith("HOMESEC_")]:
        del os.environ[setting]  # what the owner set for the running system would change what is measured
    with tempfile.TemporaryDirectory(prefix="homesec-bench-") as folder:
        os.chmod(folder, 0o711)  # as root, PostgreSQL runs as nobody and must get through
        prepare(Path(folder), own_ray=True)
        # imported only now: Ray reads its environment when it is imported
        measure: Callable[[Place, Wish], Report] = import_module(f"actors.bench.{name}").measure
        report = measure(Place(Path(folder), _tell), wish or Wish())
    if as_json:
        print(json.dumps(report.to_json()))
    else:
        show(report, Console(soft_wrap=True, highlight=False))
    return report


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def show(report: Report, out: Console) -> None:
    """The report as a table for people."""
    table = Table("check", "value", "target", "", title=f"bench {report.name}", title_justify="left", box=None)
    for check in report.checks:
        table.add_row(check.name, f"{check.value:g}", check.target, "ok" if check.ok else "[bold red]missed[/]")
    out.print(table)
    details = Table(box=None, show_header=False)
    for name, value in report.details.items():
        if not _is_table(value):
            details.add_row(f"[dim]{name}[/]", _line(value))
    out.print(details)
    for name, value in report.details.items():
        if _is_table(value):
            out.print(_table(name, value))


def _is_table(value: Any) -> bool:
    """Several rows, each with a name, and all with the same columns."""
    rows = list(value.values()) if isinstance(value, dict) else []
    return len(rows) > 1 and all(isinstance(row, dict) and list(row) == list(rows[0]) for row in rows)


def _table(name: str, rows: dict[str, dict[str, Any]]) -> Table:
    table = Table(name, *next(iter(rows.values())), box=None)
    for row_name, row in rows.items():
        table.add_row(row_name, *("" if value is None else _line(value) for value in row.values()))
    return table


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_line(item)}" for name, item in value.items())
    if isinstance(value, list):
        return " ".join(_line(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
