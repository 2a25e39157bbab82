"""What every actor says of itself in numbers, as Prometheus gauges on Ray's metrics endpoint."""

from collections.abc import Mapping
from typing import Any

from ray.util.metrics import Gauge


class Gauges:
    """`ray_homesec_<number>{actor="detector:0"}`; a gauge is made when its number is first seen."""

    def __init__(self) -> None:
        self._gauges: dict[str, Gauge] = {}

    def show(self, actor: str, health: Mapping[str, Any]) -> None:
        """The numbers of one actor's health, and whether it is well."""
        numbers = {name: value for name, value in health.items() if isinstance(value, int | float)}
        for name, value in {**numbers, "well": health.get("state") == "ok"}.items():
            if name not in self._gauges:
                self._gauges[name] = Gauge(f"homesec_{name}", f"{name} of an actor of homesec", ("actor",))
            self._gauges[name].set(float(value), {"actor": actor})
