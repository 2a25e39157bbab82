"""One capability as a further model: its crops, its memory, and what it says when it cannot be had."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence

from homesec.domain.evidence import kind
from homesec.domain.insights import Insight, Sight
from homesec.errors import ModelUnavailable
from homesec.vision.devices import DeviceFull
from homesec.vision.memory import Need, Residents
from homesec.vision.zoo.crop import Crop
from homesec.vision.zoo.spec import Capability, CapabilitySpec

AGAIN_S = 60.0  # weights may arrive while the system runs

Fetch = Callable[[Sequence[Sight], bool], Mapping[int, Crop]]
"""Crops by detection, without those whose pictures are gone; with the moments of their tracks if asked for."""

log = logging.getLogger(__name__)


class ZooModel:
    """A further model (`homesec.enrich.Model`). Several share the residents, which hold what fits the budget."""

    stand_in = None

    def __init__(
        self,
        spec: CapabilitySpec,
        residents: Residents[Capability],
        fetch: Fetch,
        device: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = spec.name
        self._spec, self._residents, self._fetch, self._device, self._clock = spec, residents, fetch, device, clock
        self._need = Need(spec.name, spec.gb, spec.priority, spec.idle_s)
        self._again_at = 0.0
        self.trouble: str | None = None

    @property
    def capability(self) -> str:
        return self._spec.capability

    @property
    def state(self) -> str:
        """For the owner: the weights, or why there is no such capability."""
        return self.name if self.trouble is None else f"not available: {self.trouble}"

    def wants(self, sight: Sight) -> bool:
        return kind(sight.object_type) in self._spec.kinds and (self.trouble is None or self._clock() >= self._again_at)

    def look(self, sights: Sequence[Sight]) -> list[Insight]:
        """Empty insights of what has no picture any more; no insight at all while the model cannot be had.

        Raises DeviceLost, Unavailable (the pictures cannot be reached now).
        """
        try:
            model = self._residents.get(self._need, lambda: self._spec.load(self._device))
        except ModelUnavailable as error:
            self.trouble, self._again_at = str(error), self._clock() + AGAIN_S
            log.warning("a capability is not available", extra={"model": self.name, "reason": str(error)})
            return []
        self.trouble = None
        crops = self._fetch(sights, self._spec.moments)
        shown = [crops[sight.detection_id] for sight in sights if sight.detection_id in crops]
        said: dict[int, Insight] = {}
        for start in range(0, len(shown), self._spec.batch):
            batch = shown[start : start + self._spec.batch]
            said.update((insight.detection_id, insight) for insight in _said(model, batch))
        return [said.get(sight.detection_id, Insight(sight.detection_id)) for sight in sights]


def _said(model: Capability, crops: Sequence[Crop]) -> list[Insight]:
    """By halves when the device has no room for all; of one crop that is too much for it nothing is said."""
    try:
        return model.say(crops)
    except DeviceFull:
        if len(crops) == 1:
            log.warning("a picture does not fit on the device", extra={"detection_id": crops[0].sight.detection_id})
            return [Insight(crops[0].sight.detection_id)]
        middle = len(crops) // 2
        return _said(model, crops[:middle]) + _said(model, crops[middle:])
