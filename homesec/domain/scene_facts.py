"""A scene as facts: what is known of it by now, from whatever rows or file. What is not known is None or empty."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

STREET = frozenset({"sidewalk"})
"""Types of zones where everybody may be."""


@dataclass(frozen=True)
class Said:
    """One thing that was said of somebody or something, how sure that is, and where it is written down."""

    name: str
    confidence: float = 1.0
    source: str | None = None
    """Table and row."""
    at: str | None = None
    """RFC 3339."""


@dataclass(frozen=True)
class Zone:
    """A zone of the camera, or a line (of the type `line`)."""

    name: str
    zone_type: str
    allowed: frozenset[str] | None = None
    """Names of the members who may be there; None: nothing is said."""
    loiter_s: float | None = None
    """From here on the owner calls it lingering."""
    usual_s: float | None = None
    """Nearly all stays end within this."""


@dataclass(frozen=True)
class Stay:
    """How long a track was in a zone."""

    zone: str
    seconds: float
    source: str | None = None
    at: str | None = None


@dataclass(frozen=True)
class Crossing:
    """A line that a track crossed: `in` or `out`."""

    line: str
    direction: str
    source: str | None = None
    at: str | None = None


@dataclass(frozen=True)
class Identity:
    """Who it is. `unknown` was compared and is nobody known; `not_identifiable` could not be compared."""

    kind: str
    """unknown, not_identifiable, member or visitor."""
    name: str | None = None
    source: str | None = None
    distrusted: bool = False
    """The owner said of this visitor that they are not to be trusted."""


@dataclass(frozen=True)
class Member:
    """Somebody who belongs to the house or comes regularly."""

    name: str
    role: str
    trust: str
    """full, partial or monitor."""
    schedule: str | None = None
    """As `schedules.parse_spans` reads it; None: at all times."""
    source: str | None = None


@dataclass(frozen=True)
class Track:
    """Somebody or something that was followed."""

    object_class: str
    confidence: float
    seconds: float | None = None
    """Visible in all."""
    stays: tuple[Stay, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    identity: Identity | None = None
    seen_before: int | None = None
    """Earlier visits in 7 days."""
    face: Said | None = None
    """visible, covered or none."""
    pose: Said | None = None
    actions: tuple[Said, ...] = ()
    carries: tuple[Said, ...] = ()
    leaves: tuple[Said, ...] = ()
    takes: tuple[Said, ...] = ()
    threats: tuple[Said, ...] = ()
    """Weapons on this very track."""
    vehicle: Said | None = None
    """unknown or registered."""
    entity: str | None = None
    """Known by this from other sightings."""
    source: str | None = None
    at: str | None = None


@dataclass(frozen=True)
class Baseline:
    """What is usual of the leading class at this hour."""

    mean: float | None = None
    """Objects an hour."""
    variance: float | None = None
    seen: int | None = None
    """In this hour so far, this one too."""
    samples: int | None = None
    """Hours that the habit rests on; None: it is given, not learned."""
    class_seen: bool | None = None
    """Whether the class is seen at this hour at all."""
    source: str | None = None


@dataclass(frozen=True)
class Elsewhere:
    """Something on another camera shortly before."""

    camera: str
    minutes_ago: float
    same_entity: bool
    source: str | None = None
    entity: str | None = None
    """Which one, where that is known; None: the one that is judged."""


@dataclass(frozen=True)
class Scene:
    """All that is known."""

    local_time: datetime | None = None
    """As the clock on the property's wall shows it."""
    dark: bool | None = None
    zones: Mapping[str, Zone] = field(default_factory=dict)
    household: Mapping[str, Member] = field(default_factory=dict)
    tracks: tuple[Track, ...] = ()
    at_once: int | None = None
    """Persons seen at once; None: not counted."""
    threats: tuple[Said, ...] = ()
    """Weapons of which it is not known who has them."""
    baseline: Baseline | None = None
    elsewhere: tuple[Elsewhere, ...] = ()
    scene_change: Said | None = None
    """view_blocked, angle_changed, view_tampered or unknown."""
    anomalies: tuple[Said, ...] = ()
    """Of the zones: the sentence, and as confidence 0.3, 0.6 or 1 for info, warning and critical."""
