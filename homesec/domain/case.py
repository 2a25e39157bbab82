"""One track within its scene, and what several kinds of evidence ask about it."""

from dataclasses import dataclass, replace
from functools import cached_property

from homesec.domain.deeds import Deed, deed
from homesec.domain.evidence import kind
from homesec.domain.scene_facts import STREET, Member, Scene, Stay, Track, Zone
from homesec.domain.schedules import parse_spans, within

DEEP, LATE, EDGE = 1.0, 0.75, 0.18  # how much it is night
_DARK_BY_DAY = 0.15  # a winter afternoon
_LIGHT_BY_NIGHT = 0.6  # share of the night that is left while it is light
_TRUSTED = {"full": 0.0, "partial": 0.25, "monitor": 0.6}  # doubt while all is as agreed
_BEYOND = {"full": 0.35, "partial": 0.8, "monitor": 1.0}  # doubt at another time or place
_VISITOR = 0.35
BEYOND_DOUBT = 0.85  # confidence of a weapon from which nothing explains it away
_SHARED = 0.7  # share of what a companion's deed calms


def night(scene: Scene) -> float:
    """How much it is night, 0..1; 0 too when nothing is known of time and light."""
    if scene.local_time is None:
        return EDGE if scene.dark else 0.0
    hour = scene.local_time.hour + scene.local_time.minute / 60
    much = DEEP if hour < 5 else LATE if hour >= 22 or hour < 6 else EDGE if hour >= 20 or hour < 7 else 0.0
    if scene.dark is False:
        return much * _LIGHT_BY_NIGHT
    return max(much, _DARK_BY_DAY) if scene.dark else much


@dataclass(frozen=True)
class Case:
    """A track as it is judged."""

    scene: Scene
    track: Track

    @cached_property
    def kind(self) -> str:
        return kind(self.track.object_class)

    @cached_property
    def night(self) -> float:
        return night(self.scene)

    @cached_property
    def stays(self) -> tuple[tuple[Zone, Stay], ...]:
        """Stays in zones that are known."""
        zones = self.scene.zones
        return tuple((zones[stay.zone], stay) for stay in self.track.stays if stay.zone in zones)

    @cached_property
    def zone_types(self) -> frozenset[str]:
        return frozenset(zone.zone_type for zone, _ in self.stays)

    @property
    def is_street_only(self) -> bool:
        """Known to have been where everybody may be, and nowhere else."""
        return bool(self.zone_types) and self.zone_types <= STREET and not self.track.crossings

    @cached_property
    def member(self) -> Member | None:
        identity = self.track.identity
        if identity is None or identity.kind != "member" or identity.name is None:
            return None
        return self.scene.household.get(identity.name)

    @cached_property
    def is_on_time(self) -> bool:
        """A member, and nothing known speaks against the time."""
        member = self.member
        if member is None or member.schedule is None or self.scene.local_time is None:
            return True
        return within(parse_spans(member.schedule), self.scene.local_time)

    @cached_property
    def forbidden(self) -> Zone | None:
        """A zone that others may enter and this one may not."""
        name = None if self.member is None else self.member.name
        return next((zone for zone, _ in self.stays if zone.allowed is not None and name not in zone.allowed), None)

    @cached_property
    def is_trusted(self) -> bool:
        """A fully trusted member, where and when that is agreed."""
        member = self.member
        return member is not None and member.trust == "full" and self.is_on_time and self.forbidden is None

    @cached_property
    def doubt(self) -> float:
        """How much of what a stranger would make suspicious counts here, 0..1."""
        if self.track.vehicle is not None and self.track.vehicle.name == "registered":
            return 0.0
        if (member := self.member) is not None:
            return (_TRUSTED if self.is_on_time and self.forbidden is None else _BEYOND)[member.trust]
        identity = self.track.identity
        if identity is not None and identity.kind == "visitor":
            return 1.0 if identity.distrusted else _VISITOR
        return 1.0

    @cached_property
    def deed(self) -> Deed | None:
        """The most alarming that they do, or else the surest of what calms; None: nothing is known or it says
        nothing."""
        return self._own_deed or self._shared_deed

    @cached_property
    def _own_deed(self) -> Deed | None:
        found = [one for said in self.track.actions if (one := deed(said)) is not None]
        return max(found, key=lambda one: (one.alarms, abs(one.weight)), default=None)

    @property
    def _shared_deed(self) -> Deed | None:
        """What those do with whom they are, in the same zone: one rings, and both wait. Only what calms is shared."""
        deeds = [case._own_deed for case in self.companions]
        known = [one for one in deeds if one is not None]
        if any(one.weight > 0 for one in known):
            return None
        shared = min(known, key=lambda one: one.weight, default=None)
        return None if shared is None else replace(shared, weight=round(shared.weight * _SHARED, 4), is_shared=True)

    @cached_property
    def companions(self) -> tuple["Case", ...]:
        """Other persons in a zone where this one is."""
        zones = {zone.name for zone, _ in self.stays}
        others = [Case(self.scene, track) for track in self.scene.tracks if track is not self.track]
        return tuple(
            one for one in others if one.kind == "person" and zones & {zone.name for zone, _ in one.stays}
        )

    @cached_property
    def has_purpose(self) -> bool:
        """What they do explains that they are here."""
        return self.deed is not None and self.deed.explains and not self.is_alarming

    @cached_property
    def is_alarming(self) -> bool:
        """Something that nobody with good reasons does or has, whatever else they do."""
        track = self.track
        is_explained = self.deed is not None and self.deed.explains
        return (
            (self.deed is not None and self.deed.alarms)
            or any(one.confidence >= BEYOND_DOUBT or not is_explained for one in track.threats)
            or (track.face is not None and track.face.name == "covered" and self.night >= LATE)
            or (track.pose is not None and track.pose.name == "crouching" and self.night >= LATE)
        )
