"""Models within a budget of memory: on an artificial device that counts."""

import pytest

from homesec.errors import ModelUnavailable
from homesec.vision.memory import Ledger, Need, Residents


class Device:
    """So much memory and no more: who takes more than there is fails, as a real device would."""

    def __init__(self, gb: float) -> None:
        self.gb, self.now = gb, 0.0
        self.loaded: dict[str, float] = {}
        self.most = 0.0
        self.residents: Residents[str] = Residents(gb, lambda: self.now, self._release, self._used)

    def ask(self, name: str, gb: float, priority: int = 1, real_gb: float = 0.0, idle_s: float = 100.0) -> str:
        def load() -> str:
            self._release()
            self.loaded[name] = real_gb or gb
            self.most = max(self.most, self._used())
            return f"the model {name}"

        self.now += 1
        return self.residents.get(Need(name, gb, priority, idle_s), load)

    def _release(self) -> None:
        self.loaded = {name: gb for name, gb in self.loaded.items() if name in self.residents.names}

    def _used(self) -> float:
        return sum(self.loaded.values())


def test_what_fits_stays_and_is_loaded_once() -> None:
    device = Device(2.0)
    for _ in range(3):
        assert device.ask("pose", 0.9) == "the model pose"
        assert device.ask("threat", 1.1) == "the model threat"
    assert device.residents.loads == 2
    assert device.residents.held_gb == pytest.approx(2.0)


def test_the_lowest_priority_goes_first_and_the_others_stay() -> None:
    device = Device(2.0)
    device.ask("threat", 0.8, priority=9)
    device.ask("meaning", 0.8, priority=1)
    device.ask("pose", 0.8, priority=5)
    assert device.residents.names == ("threat", "pose")
    device.ask("meaning", 0.8, priority=1)
    assert device.residents.names == ("threat", "meaning")


def test_among_equals_the_one_asked_longest_ago_goes() -> None:
    device = Device(2.0)
    for name in ("first", "second", "first", "third"):
        device.ask(name, 1.0)
    assert device.residents.names == ("first", "third")


def test_an_idle_one_goes_before_a_busy_one_of_lower_priority() -> None:
    device = Device(2.0)
    device.ask("threat", 1.0, priority=9, idle_s=10)
    device.now += 20
    device.ask("meaning", 1.0, priority=1)
    device.ask("pose", 1.0, priority=5)
    assert device.residents.names == ("meaning", "pose")


def test_several_small_ones_make_room_for_a_large_one() -> None:
    device = Device(2.0)
    for number in range(4):
        device.ask(f"small {number}", 0.5)
    device.ask("large", 1.2)
    assert device.residents.names == ("small 3", "large")


def test_the_device_is_never_asked_for_more_than_it_has() -> None:
    device = Device(2.0)
    for number in range(200):
        kind = number * 7 % 5
        device.ask(f"model {kind}", 0.3 + 0.35 * kind, priority=kind)
        assert device.residents.held_gb <= 2.0 + 1e-9
    assert device.most <= 2.0 + 1e-9


def test_what_can_never_fit_is_refused_in_words_and_costs_nobody_his_place() -> None:
    device = Device(2.0)
    device.ask("pose", 0.9)
    with pytest.raises(ModelUnavailable, match=r"large needs 2\.50 GB, but .* may take 2 \(enrichment\.budget_gb\)"):
        device.ask("large", 2.5)
    assert device.residents.names == ("pose",)


def test_one_that_takes_more_than_it_declared_counts_with_what_it_takes() -> None:
    device = Device(2.0)
    device.ask("liar", 0.5, real_gb=1.2)
    assert device.residents.held_gb == pytest.approx(1.2)
    device.ask("pose", 0.9)  # would fit beside what was declared
    assert device.residents.names == ("pose",)
    device.ask("liar", 0.5, real_gb=1.2)
    assert device.residents.names == ("liar",)  # what it takes is remembered, though it was put away


def test_idle_ones_are_put_away_though_nobody_needs_the_room() -> None:
    device = Device(2.0)
    device.ask("pose", 0.5, idle_s=10)
    device.ask("threat", 0.5, idle_s=100)
    device.now += 10
    device.residents.put_idle_away()
    assert device.residents.names == ("threat",)


def test_a_model_that_cannot_be_loaded_takes_no_room() -> None:
    device = Device(2.0)

    def fails() -> str:
        raise ModelUnavailable("no weights")

    with pytest.raises(ModelUnavailable, match="no weights"):
        device.residents.get(Need("broken", 1.5, 1, 10.0), fails)
    assert device.residents.names == ()
    assert device.residents.held_gb == 0


def test_a_ledger_says_who_has_to_go_and_changes_nothing_by_that() -> None:
    ledger = Ledger(1.0)
    ledger.take(Need("one", 0.6, 1, 10.0), 0.0)
    assert ledger.to_put_away(Need("two", 0.5, 1, 10.0), 1.0) == ["one"]
    assert ledger.to_put_away(Need("three", 0.4, 1, 10.0), 1.0) == []
    assert ledger.held_gb == 0.6
