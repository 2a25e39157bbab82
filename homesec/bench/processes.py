"""What processes take: CPU time and memory of a process and all that descend from it."""

import contextlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

_RAY_ACTOR = re.compile(r"ray::([A-Za-z_:]+)")


@dataclass(frozen=True)
class Usage:
    """Of one process."""

    pid: int
    title: str
    cpu_s: float
    """User and system time since its start, with that of children that have ended."""
    uss_mb: float
    """Memory that would be free without it."""
    pss_mb: float
    """The same, and its part of what it shares."""


def family(pid: int) -> list[psutil.Process]:
    """The process and its living descendants."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def usages(processes: Iterable[psutil.Process], memory: bool = True) -> list[Usage]:
    """One a process that still lives. Reading memory takes a few ms a process, so it can be left out."""
    found = []
    for process in processes:
        with contextlib.suppress(psutil.Error, OSError):
            times = process.cpu_times()
            spent = times.user + times.system + times.children_user + times.children_system
            full = process.memory_full_info() if memory else None
            uss, pss = (full.uss / 2**20, full.pss / 2**20) if full else (0.0, 0.0)
            found.append(Usage(process.pid, title(process), spent, uss, pss))
    return found


def title(process: psutil.Process) -> str:
    """A short name of what it does: an actor's class, or a program's name."""
    words = process.cmdline()
    first = words[0] if words else process.name()
    if match := _RAY_ACTOR.match(first):
        return match[1].strip(":")
    if first.startswith("postgres"):
        return "postgres"
    if "dashboard" in " ".join(words[:4]):
        return "ray dashboard"
    return "python " + _script(words) if "python" in Path(first).name else Path(first.split()[0]).name


def _script(words: list[str]) -> str:
    return next((Path(word).name for word in words[1:] if not word.startswith("-")), "")


def by_title(usages: Iterable[Usage]) -> dict[str, dict[str, float]]:
    """CPU seconds and memory summed by title, the largest first."""
    sums: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for usage in usages:
        for place, value in enumerate((1, usage.cpu_s, usage.uss_mb, usage.pss_mb)):
            sums[usage.title][place] += value
    ordered = sorted(sums.items(), key=lambda item: -item[1][3])
    return {
        name: {"processes": row[0], "cpu_s": round(row[1], 2), "uss_mb": round(row[2], 1), "pss_mb": round(row[3], 1)}
        for name, row in ordered
    }


def total_cpu_s(pid: int) -> float:
    return sum(usage.cpu_s for usage in usages(family(pid), memory=False))
