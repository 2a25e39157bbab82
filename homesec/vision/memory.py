"""Which models are held within a budget of memory: loaded when they are asked, put away by idleness and priority.

`Ledger` decides and knows nothing of devices; `Residents` loads and puts away as it says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from homesec.errors import ModelUnavailable

T = TypeVar("T")


@dataclass(frozen=True)
class Need:
    """What a model takes of the budget."""

    name: str
    gb: float
    priority: int
    """The higher, the later it is put away for another."""
    idle_s: float
    """Not asked for so long it is put away."""


@dataclass
class _Held:
    need: Need
    used_at: float


class Ledger:
    """What is held and when it was asked last; `now` in seconds of any clock that never goes back."""

    def __init__(self, budget_gb: float) -> None:
        self.budget_gb = budget_gb
        self._held: dict[str, _Held] = {}

    @property
    def held_gb(self) -> float:
        return sum(held.need.gb for held in self._held.values())

    def check(self, need: Need) -> None:
        """Raises ModelUnavailable for what can never fit."""
        if need.gb > self.budget_gb + 1e-9:
            raise ModelUnavailable(
                f"{need.name} needs {need.gb:.2f} GB, but all further models together may take {self.budget_gb:g} "
                "(enrichment.budget_gb): raise it, or choose smaller weights"
            )

    def to_put_away(self, need: Need, now: float) -> list[str]:
        """What has to go before this one can come, in that order: first the idle ones, longest idle first, then those
        of the lowest priority, among equals the one that was asked longest ago. Raises ModelUnavailable.
        """
        self.check(need)
        leaving: list[str] = []
        room = self.budget_gb - self.held_gb
        for held in sorted(self._held.values(), key=lambda held: self._order(held, now)):
            if room + 1e-9 >= need.gb:
                break
            leaving.append(held.need.name)
            room += held.need.gb
        return leaving

    def idle(self, now: float) -> list[str]:
        """What has not been asked for its idle time."""
        return [name for name, held in self._held.items() if _is_idle(held, now)]

    def take(self, need: Need, now: float) -> None:
        self._held[need.name] = _Held(need, now)

    def drop(self, name: str) -> None:
        del self._held[name]

    @staticmethod
    def _order(held: _Held, now: float) -> tuple[bool, int, float]:
        idle = _is_idle(held, now)
        return not idle, 0 if idle else held.need.priority, held.used_at


class Residents(Generic[T]):
    """Loaded models, never more than the budget holds. Used by one thread at a time."""

    def __init__(
        self, budget_gb: float, clock: Callable[[], float], release: Callable[[], None], used_gb: Callable[[], float]
    ) -> None:
        """`release`: gives freed memory back to the device; `used_gb`: what the device says is in use, or 0."""
        self._ledger = Ledger(budget_gb)
        self._clock, self._release, self._used_gb = clock, release, used_gb
        self._models: dict[str, T] = {}
        self._needs: dict[str, Need] = {}
        self.loads = 0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._models)

    @property
    def held_gb(self) -> float:
        return self._ledger.held_gb

    def get(self, need: Need, load: Callable[[], T]) -> T:
        """The model, loaded if it is not, at the cost of others if there is no room.

        What it turned out to take stands from then on for what was declared, if that is more. Raises ModelUnavailable.
        """
        need = self._needs.get(need.name, need)
        if need.name not in self._models:
            for name in self._ledger.to_put_away(need, self._clock()):
                self.put_away(name)
            before = self._used_gb()
            self._models[need.name] = load()
            self.loads += 1
            taken = max(need.gb, self._used_gb() - before)
            need = Need(need.name, taken, need.priority, need.idle_s)
            self._needs[need.name] = need
        self._ledger.take(need, self._clock())
        return self._models[need.name]

    def put_idle_away(self) -> None:
        for name in self._ledger.idle(self._clock()):
            self.put_away(name)

    def put_away(self, name: str) -> None:
        self._ledger.drop(name)
        del self._models[name]
        self._release()


def _is_idle(held: _Held, now: float) -> bool:
    return now - held.used_at >= held.need.idle_s
