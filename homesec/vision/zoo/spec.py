"""What every capability is: crops in, values out; what it needs, and how it is loaded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from homesec.domain.insights import Insight
from homesec.vision.zoo.crop import Crop


class Capability(Protocol):
    """A loaded model. Used by one thread at a time."""

    def say(self, crops: Sequence[Crop]) -> list[Insight]:
        """One insight a crop and in their order, empty where there is nothing to say; never more than `batch` crops.

        Raises DeviceFull, DeviceLost.
        """
        ...


@dataclass(frozen=True)
class CapabilitySpec:
    """A capability before it is loaded."""

    capability: str
    """pose, threat, demographics, reid, meaning, face, action, plate or vehicle."""
    name: str
    """Of its weights, as in the settings; stands in every row that it makes."""
    load: Callable[[str], Capability]
    """Takes the device, "cpu" or "cuda". Raises ModelUnavailable in words a user understands."""
    gb: float
    """Memory that it takes, measured or declared, with head-room."""
    kinds: frozenset[str]
    """What it looks at: person, vehicle."""
    priority: int
    """The higher, the earlier it is asked and the later it is put away."""
    batch: int = 16
    idle_s: float = 300.0
    """Not asked for so long it is put away."""
    moments: bool = False
    """Whether it needs the track's other pictures."""
