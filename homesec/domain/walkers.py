"""What is kept of each track from picture to picture, as far as zones and lines are concerned."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self

from homesec.domain.geometry import Point


@dataclass
class Inside:
    """A stay, or what may become one."""

    entry: datetime
    last: datetime
    before_s: float = 0.0
    after_s: float = 0.0
    entered: bool = False
    said: bool = False
    loitered: bool = False

    @property
    def seconds(self) -> float:
        return (self.last - self.entry).total_seconds() + self.before_s + self.after_s

    def to_json(self) -> list[Any]:
        return [
            self.entry.isoformat(), self.last.isoformat(), self.before_s, self.after_s, self.entered, self.said,
            self.loitered,
        ]  # fmt: skip

    @classmethod
    def from_json(cls, stored: list[Any]) -> Self:
        entry, last, *rest = stored
        return cls(datetime.fromisoformat(entry), datetime.fromisoformat(last), *rest)


@dataclass
class Line:
    """On which side of a line a track is for sure, and where it has cut the line since."""

    right: bool
    unseen_s: float = 0.0
    """It came here round the end of the line, as far as two pictures so many seconds apart tell."""
    times: list[datetime] = field(default_factory=list)


@dataclass(frozen=True)
class Before:
    """Where a track was."""

    at: datetime
    foot: Point


@dataclass
class Walker:
    """A track as far as stays are concerned."""

    object_class: str
    at: datetime
    foot: Point
    before: Before | None = None
    """The last picture but one."""
    confirmed: bool = False
    zones: dict[int, Inside] = field(default_factory=dict)
    lines: dict[int, Line] = field(default_factory=dict)
    unsaid: list[tuple[int, datetime, Literal["in", "out"]]] = field(default_factory=list)
    """Crossings from before it was confirmed."""
    past: list[tuple[int, Inside]] = field(default_factory=list)
    """Stays that ended before it was confirmed."""

    def to_json(self) -> list[Any]:
        return [
            self.object_class, self.at.isoformat(), self.foot,
            None if self.before is None else [self.before.at.isoformat(), self.before.foot], self.confirmed,
            {zone: inside.to_json() for zone, inside in self.zones.items()},
            {line: [known.right, known.unseen_s, *(at.isoformat() for at in known.times)]
             for line, known in self.lines.items()},
            [[line, at.isoformat(), direction] for line, at, direction in self.unsaid],
            [[zone, inside.to_json()] for zone, inside in self.past],
        ]  # fmt: skip

    @classmethod
    def from_json(cls, stored: list[Any]) -> Self:
        object_class, at, foot, before, confirmed, zones, lines, unsaid, past = stored
        return cls(
            object_class, datetime.fromisoformat(at), (foot[0], foot[1]),
            None if before is None else Before(datetime.fromisoformat(before[0]), (before[1][0], before[1][1])),
            confirmed,
            {int(zone): Inside.from_json(inside) for zone, inside in zones.items()},
            {int(line): Line(right, unseen_s, [datetime.fromisoformat(at) for at in times])
             for line, (right, unseen_s, *times) in lines.items()},
            [(line, datetime.fromisoformat(at), direction) for line, at, direction in unsaid],
            [(zone, Inside.from_json(inside)) for zone, inside in past],
        )  # fmt: skip
