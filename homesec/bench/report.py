"""What a bench says: checks against targets, and the details behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Check:
    """One figure against its target."""

    name: str
    value: float
    target: str
    """As people read it, like `<= 250 ms`."""
    ok: bool


@dataclass(frozen=True)
class Report:
    """The result of one bench. It is fine when every check is; a report without checks only informs."""

    name: str
    checks: tuple[Check, ...]
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        checks = [
            {"name": check.name, "value": check.value, "target": check.target, "ok": check.ok} for check in self.checks
        ]
        return {"name": self.name, "checks": checks, "details": dict(self.details)}


def at_least(name: str, value: float, target: float, unit: str = "") -> Check:
    """Larger is better. A value that is not a number misses every target."""
    return Check(name, _rounded(value), f">= {target:g}{unit and ' ' + unit}", value >= target)


def at_most(name: str, value: float, target: float, unit: str = "") -> Check:
    """Smaller is better. A value that is not a number misses every target."""
    return Check(name, _rounded(value), f"<= {target:g}{unit and ' ' + unit}", value <= target)


def _rounded(value: float) -> float:
    """Four digits: more would be noise."""
    return float(f"{value:.4g}")
