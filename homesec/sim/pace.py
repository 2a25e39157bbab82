"""How the world's time runs against the wall clock: never ahead of it, and level with it in the end."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Pace:
    """The world runs `speed` times as fast as the wall clock until both show `meets`, and evenly with it from then
    on; so nothing in it is ever in the future."""

    meets: datetime
    speed: float

    def start(self, now: datetime) -> datetime:
        """Where the world is at this wall time."""
        left = self.meets - now
        return self.meets - left * self.speed if left > timedelta(0) else now

    def wall(self, moment: datetime) -> datetime:
        """When the world comes to this moment, by the wall clock."""
        left = self.meets - moment
        return self.meets - left / self.speed if left > timedelta(0) else moment
