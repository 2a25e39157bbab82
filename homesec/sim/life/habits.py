"""What usually happens here, and when: rates by local hour and appointments by weekday. The truth behind baselines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import erf, sqrt
from types import MappingProxyType
from typing import Any

Hours = tuple[tuple[float, float, float], ...]
"""(from, until, number an hour), local hours of the day."""
WORKDAYS = (0, 1, 2, 3, 4)
EVERY_DAY = tuple(range(7))
ALL_YEAR = tuple(range(1, 13))
WARM = (4, 5, 6, 7, 8, 9, 10)  # months in which one likes to be outside
LATEST_H = 2.5  # standard deviations: nobody is later or earlier than that


@dataclass(frozen=True)
class Chance:
    """A storyline that happens by chance: a Poisson process whose rate follows the hour."""

    storyline: str
    workdays: Hours
    weekend: Hours

    def rate(self, weekday: int, hour: int) -> float:
        """Expected number in this local hour; weekday 0 is Monday."""
        hours = self.workdays if weekday in WORKDAYS else self.weekend
        return sum(number for since, until, number in hours if since <= hour < until)


@dataclass(frozen=True)
class Appointment:
    """A storyline at about the same time of certain days, perhaps with another that follows it."""

    storyline: str
    weekdays: tuple[int, ...]
    hour: float
    """Local hour, the mean of a normal distribution that is cut at `LATEST_H`."""
    spread: float
    """Its standard deviation, hours."""
    probability: float = 1.0
    months: tuple[int, ...] = ALL_YEAR
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    then: tuple["Appointment", ...] = ()
    """What follows on the same day if this happens; their probabilities are those under this condition."""

    def expected(self, storyline: str, weekday: int, hour: int, month: int, weight: float = 1.0) -> float:
        """Expected number of a storyline in this local hour from this appointment and what follows it."""
        if weekday not in self.weekdays or month not in self.months:
            return 0.0
        weight *= self.probability
        own = weight * self._share(hour) if storyline == self.storyline else 0.0
        return own + sum(after.expected(storyline, weekday, hour, month, weight) for after in self.then)

    def _share(self, hour: int) -> float:
        return _normal((hour + 1 - self.hour) / self.spread) - _normal((hour - self.hour) / self.spread)


CHANCES: tuple[Chance, ...] = (
    Chance("passer", ((6, 9, 2.2), (9, 16, 1.6), (16, 20, 2.6), (20, 24, 0.6), (0, 6, 0.08)),
           ((8, 11, 1.2), (11, 20, 2.4), (20, 24, 0.9), (0, 8, 0.12))),
    Chance("couple", ((9, 16, 0.3), (16, 21, 0.6)), ((10, 13, 0.6), (13, 19, 1.2), (19, 24, 0.4))),
    Chance("jogger", ((6, 8, 0.5), (17, 20, 0.6)), ((8, 11, 0.8), (16, 18, 0.3))),
    Chance("neighbour passes", ((7, 10, 0.6), (10, 20, 0.35)), ((9, 20, 0.45),)),
    Chance("dog walk", ((6, 8, 0.6), (12, 13, 0.4), (17, 22, 0.4)), ((8, 11, 0.6), (15, 22, 0.4))),
    Chance("strange dog walk", ((7, 9, 0.3), (16, 21, 0.3)), ((9, 12, 0.4), (15, 19, 0.4))),
    Chance("cyclist", ((7, 9, 1.8), (9, 16, 0.6), (16, 19, 1.6), (19, 22, 0.3)), ((10, 19, 1.0),)),
    Chance("car passes",
           ((5, 7, 2.0), (7, 9, 6.5), (9, 16, 3.5), (16, 19, 6.5), (19, 23, 2.0), (23, 24, 0.7), (0, 5, 0.3)),
           ((8, 11, 2.5), (11, 20, 4.0), (20, 24, 1.5), (0, 8, 0.5))),
    Chance("truck passes", ((7, 17, 0.7),), ((9, 13, 0.2),)),
    Chance("courier", ((9, 18, 0.09),), ()),
    Chance("courier on foot", ((9, 18, 0.03),), ()),
    Chance("canvasser", ((14, 19, 0.03),), ()),
    Chance("parks in street", ((8, 18, 0.05),), ((10, 20, 0.07),)),
    Chance("cat on lawn", ((5, 9, 0.12), (9, 18, 0.05), (18, 24, 0.15), (0, 5, 0.12)),
           ((5, 9, 0.12), (9, 24, 0.1), (0, 5, 0.12))),
    Chance("cat in yard", ((5, 24, 0.1), (0, 5, 0.15)), ((5, 24, 0.1), (0, 5, 0.15))),
    Chance("birds", ((6, 18, 0.4),), ((6, 18, 0.45),)),
    Chance("stray", ((22, 24, 0.05), (0, 5, 0.08)), ((22, 24, 0.05), (0, 5, 0.08))),
    Chance("storm", ((0, 24, 0.002),), ((0, 24, 0.002),)),
)  # fmt: skip


def _options(**options: Any) -> Mapping[str, Any]:
    return MappingProxyType(options)


def _back(storyline: str, hour: float, spread: float, probability: float = 1.0, **options: Any) -> Appointment:
    return Appointment(storyline, EVERY_DAY, hour, spread, probability, options=_options(**options))


APPOINTMENTS: tuple[Appointment, ...] = (
    Appointment("off to school", WORKDAYS, 7.58, 0.07, 0.95, then=(_back("home from school", 13.75, 0.2),)),
    Appointment("leaves by car", WORKDAYS, 7.95, 0.12, 0.93, options=_options(who="Ann"),
                then=(_back("comes by car", 17.35, 0.35, who="Ann"),)),
    Appointment("leaves by bicycle", WORKDAYS, 8.35, 0.15, 0.7, then=(_back("comes by bicycle", 16.6, 0.35),)),
    Appointment("leaves on foot", WORKDAYS, 9.7, 0.3, 0.5, options=_options(who="Dora"),
                then=(_back("comes on foot", 11.2, 0.25, who="Dora"),)),
    Appointment("fetches mail", (0, 1, 2, 3, 4, 5), 13.2, 0.4, 0.6, options=_options(who="Dora")),
    Appointment("garden hour", (0, 2, 4, 5), 15.2, 0.6, 0.5, WARM, _options(who="Dora")),
    Appointment("leaves by car", (5,), 10.0, 0.4, 0.9, options=_options(who="Ann", child=True),
                then=(_back("comes by car", 12.2, 0.35, who="Ann", child=True),)),
    Appointment("leaves by car", (5,), 14.2, 0.4, 0.5, options=_options(who="Ben"),
                then=(_back("comes by car", 16.6, 0.35, who="Ben"),)),
    Appointment("leaves by car", (4, 5), 19.6, 0.25, 0.3, options=_options(who="Ben"),
                then=(_back("comes by car", 22.7, 0.3, who="Ben"),)),
    Appointment("leaves on foot", (6,), 14.3, 0.4, 0.6, options=_options(who="Ann"),
                then=(_back("comes on foot", 16.2, 0.3, who="Ann"),)),
    Appointment("ball game", (1, 3, 5), 15.9, 0.4, 0.45, WARM),
    Appointment("guest", (1, 2, 5, 6), 15.3, 0.5, 0.3, then=(_back("guest leaves", 17.6, 0.3),)),
    Appointment("guests arrive", (5,), 18.2, 0.15, 0.3, (5, 6, 7, 8, 9),
                then=(_back("party", 19.1, 0.1), _back("guests leave", 22.2, 0.3))),
    Appointment("gardener", (3,), 10.0, 0.25, 0.9, WARM),
    Appointment("refuse truck", (1,), 6.8, 0.2),
    Appointment("postman", (0, 1, 2, 3, 4, 5), 11.4, 0.4, 0.92),
    *(Appointment("bus passes", WORKDAYS, hour + 0.4, 0.05) for hour in range(6, 21)),
    *(Appointment("bus passes", (5, 6), hour + 0.4, 0.05) for hour in range(8, 21, 2)),
)  # fmt: skip

ANSWERED = 0.6  # probability that somebody opens for a courier, when anybody is at home


def expected(storyline: str, weekday: int, hour: int, month: int) -> float:
    """Expected number of stories of ordinary life that start in this local hour; weekday 0 is Monday.

    Parcels that are taken in later, and cars that leave the kerb, follow what came before; they count with the hour
    of that.
    """
    if storyline == "takes in parcel":
        couriers = sum(expected(name, weekday, hour, month) for name in ("courier", "courier on foot"))
        return (1.0 - ANSWERED) * couriers
    if storyline == "leaves street":
        return expected("parks in street", weekday, hour, month)
    by_chance = sum(chance.rate(weekday, hour) for chance in CHANCES if chance.storyline == storyline)
    return by_chance + sum(one.expected(storyline, weekday, hour, month) for one in APPOINTMENTS)


def _normal(deviation: float) -> float:
    inside = erf(LATEST_H / sqrt(2.0))
    cut = max(-LATEST_H, min(LATEST_H, deviation))
    return 0.5 + 0.5 * erf(cut / sqrt(2.0)) / inside
