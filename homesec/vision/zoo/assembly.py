"""All capabilities that the settings name, on one device and within one budget of memory."""

import gc
import time

from homesec.settings import Settings
from homesec.vision.memory import Residents
from homesec.vision.shares import GB
from homesec.vision.zoo.model import Fetch, ZooModel
from homesec.vision.zoo.registry import FORMS, LOOKS_AT, capabilities
from homesec.vision.zoo.spec import Capability


class Zoo:
    """The models, those of the highest priority first, and the memory that they share."""

    def __init__(self, settings: Settings, fetch: Fetch, device: str) -> None:
        """Raises SettingsError for a name that means no model."""
        self.device = device
        self._settings = settings
        self._residents: Residents[Capability] = Residents(
            settings.enrichment.budget_gb, time.monotonic, self._release, self._used_gb
        )
        self.models = [ZooModel(spec, self._residents, fetch, device) for spec in capabilities(settings)]

    def put_idle_away(self) -> None:
        """While no model is being asked."""
        self._residents.put_idle_away()

    def health(self) -> dict[str, object]:
        """Every capability with its weights or why it is not available, and what is held in memory now."""
        states = {model.capability: model.state for model in self.models}
        return {
            "capabilities": {name: states.get(name) or absent(self._settings, name) for name in LOOKS_AT},
            "held": list(self._residents.names),
            "held_gb": round(self._residents.held_gb, 3),
            "loads": self._residents.loads,
        }

    def _release(self) -> None:
        gc.collect()
        if self.device == "cuda":
            import torch

            torch.cuda.empty_cache()

    def _used_gb(self) -> float:
        """What PyTorch has allocated on the GPU; on the processor nobody counts, and what was declared stands."""
        if self.device != "cuda":
            return 0.0
        import torch

        return torch.cuda.memory_allocated() / GB


def absent(settings: Settings, capability: str) -> str:
    """Why nothing is named for a capability, in words."""
    if capability == "demographics" and not settings.enrichment.demographics:
        return "not available: off unless enrichment.demographics is true"
    name = "age" if capability == "demographics" else capability
    return f"not available: enrichment.{name} names no weights ({FORMS[capability]})"
