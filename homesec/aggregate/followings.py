"""The followings of the cameras: read from their stored states, put back for pictures that come late, gone on with."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.aggregate.pictures import Picture, done_after
from homesec.domain.following import Following, Followings, Key, follow
from homesec.domain.track import Track
from homesec.domain.zones import Zone
from homesec.store.writes.batches import Placed
from homesec.store.writes.tracks import Back, SaveTracks, needed

_NEWEST = text(
    """
    SELECT DISTINCT ON (camera_id) camera_id, version, state FROM tracker_states
    WHERE camera_id = ANY(:cameras) ORDER BY camera_id, at DESC
    """
)
_BEFORE = text("SELECT state FROM tracker_states WHERE camera_id = :camera_id AND at <= :at ORDER BY at DESC LIMIT 2")


@dataclass
class Known:
    """A following and the version of its stored state; 0 = none is stored."""

    following: Following
    version: int = 0


@dataclass(frozen=True)
class Went:
    """How following went on by some pictures."""

    known: Known
    """As it is once `save` is committed."""
    save: SaveTracks | None
    made: Followings
    pictures: Sequence[Picture]
    """Those that were followed: the new ones, and older ones that were taken again."""
    missed: Sequence[Picture]
    """Those that came too late to be followed."""

    def placed(self) -> tuple[Placed, ...]:
        """What the rows of all detections shall say, those of earlier pictures whose track is only now sure too."""
        lines = [
            line
            for picture in self.pictures
            for line in picture.placed(self.made.members, self.made.reasons)
        ]
        here = {line.detection_id for line in lines}
        earlier = [Placed(number, track) for number, track in self.made.members.items() if number not in here]
        return (*lines, *earlier)


@dataclass
class Tracks:
    """The followings, kept between rounds. What is stored decides: after a conflict it is read again."""

    _known: dict[str, Known] = field(default_factory=dict)

    async def read(self, connection: AsyncConnection, cameras: Iterable[str]) -> None:
        """Have the followings of these cameras at hand."""
        missing = [camera for camera in cameras if camera not in self._known]
        if not missing:
            return
        for row in (await connection.execute(_NEWEST, {"cameras": missing})).mappings():
            self._known[row["camera_id"]] = Known(Following.from_json(row["state"]), row["version"])

    async def go_on(
        self, connection: AsyncConnection, camera_id: str, new: Sequence[Picture], zones: Sequence[Zone]
    ) -> Went:
        """Follow on by these pictures. It is remembered only when it is `kept`."""
        known = self._known.pop(camera_id, None) or Known(Following(uuid.uuid4()))
        following, pictures, missed = known.following, list(new), list[Picture]()
        again: Following | None = None
        if new[0].key <= following.latest:
            again = await _before(connection, camera_id, new[0].key)
            if again is None:  # older than any state that is kept
                missed = [picture for picture in new if picture.key <= following.latest]
                pictures = [picture for picture in new if picture.key > following.latest]
            else:
                following = again
                pictures = sorted(
                    [*new, *await done_after(connection, camera_id, again.latest)], key=lambda picture: picture.key
                )
        if not pictures:
            return Went(known, None, Followings(), (), missed)
        begin = following.latest[0]
        if again is not None:
            following.kept_at = begin
        kept_at = following.kept_at
        tracks: dict[int, Track] = {track.number: track for track in following.tracker.tracks} if again else {}
        back = None if again is None else Back(
            begin, again.tracker.next_number, again.stays.open(), frozenset(again.hands.told)
        )
        made = follow(following, [picture.frame for picture in pictures], zones)
        tracks |= made.tracks
        states = [(at, state) for at, state in made.checkpoints if at != begin or known.version == 0]
        base_at = begin if made.checkpoints and made.checkpoints[0][0] == begin else kept_at
        save = SaveTracks(
            camera_id,
            following.session,
            known.version,
            base_at,
            needed([*states, (following.latest[0], following.to_json())]),
            tuple(track for track in tracks.values() if track.confirmed),
            tuple(made.stays),
            tuple(made.crossings),
            tuple(made.interactions),
            back,
        )
        return Went(Known(following, known.version + 1), save, made, pictures, missed)

    def keep(self, camera_id: str, went: Went) -> None:
        """What was followed is committed."""
        self._known[camera_id] = went.known

    def of(self, camera_id: str) -> Following | None:
        known = self._known.get(camera_id)
        return None if known is None else known.following


async def _before(connection: AsyncConnection, camera_id: str, late: Key) -> Following | None:
    """The newest stored state that is from before this frame."""
    rows = await connection.execute(_BEFORE, {"camera_id": camera_id, "at": late[0]})
    for state in rows.scalars():
        following = Following.from_json(state)
        if following.latest < late:
            return following
    return None
