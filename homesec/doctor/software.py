"""Versions: of Python, and of every package that homesec asks for."""

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from homesec import __version__
from homesec.doctor.finding import Finding, ok, problem

OLDEST_PYTHON = (3, 11)
SHOWN = ("ray", "torch", "ultralytics", "transformers", "sqlalchemy")  # the versions that questions are about
_AGAIN = "run `make env` again"


def examine() -> Iterator[Finding]:
    python = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < OLDEST_PYTHON:
        yield problem("Python", f"{python} is too old: make the environment with Python 3.11 or newer")
    else:
        yield ok("Python", python)
    try:
        wanted = requires("homesec") or []
    except PackageNotFoundError:
        yield problem("packages", f"homesec is not installed in this environment, only its files are there: {_AGAIN}")
        return
    wrong = [reason for line in wanted if (reason := unmet(line))]
    if wrong:
        yield problem("packages", f"{'; '.join(wrong)}: {_AGAIN}")
    else:
        shown = ", ".join(f"{name} {version(name)}" for name in SHOWN)
        yield ok("packages", f"homesec {__version__}, {shown}; all {len(wanted)} are as asked for")


def unmet(line: str) -> str | None:
    """Why this requirement is not met here; None when it is."""
    wanted = Requirement(line)
    if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
        return None
    try:
        found = version(wanted.name)
    except PackageNotFoundError:
        return f"{wanted.name} is missing"
    if wanted.specifier.contains(found, prereleases=True):
        return None
    return f"{wanted.name} is {found}, but {wanted.specifier} is needed"
