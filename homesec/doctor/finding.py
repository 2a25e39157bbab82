"""What an examination finds."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. The text of a warning or a problem says what is wrong and what to do."""

    level: Level
    subject: str
    text: str


def ok(subject: str, text: str) -> Finding:
    return Finding("ok", subject, text)


def warning(subject: str, text: str) -> Finding:
    """It works, though worse than it could."""
    return Finding("warning", subject, text)


def problem(subject: str, text: str) -> Finding:
    """It does not work, or will end in a loss."""
    return Finding("problem", subject, text)
