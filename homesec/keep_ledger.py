"""What the keeper knows of one camera: its ledger, and what single stays are judged by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping

from homesec.domain.anomalies import StayHabit
from homesec.domain.baselines import KEPT_H
from homesec.domain.ledger import Count, Key, Ledger
from homesec.domain.rare_hours import RareHours
from homesec.store.writes.activity import SaveHours

LONG_H = 21 * 24  # so far back hours are counted again once a day
_LINES = 5000  # in one unit: bounds the length of a commit


@dataclass
class Watched:
    """One camera as the keeper knows it."""

    timezone: str
    ledger: Ledger = field(default_factory=Ledger)
    uploads: set[int] = field(default_factory=set)
    """Hours with any."""
    rare: RareHours | None = None
    stays: dict[tuple[int, str], StayHabit] = field(default_factory=dict)
    stays_a_week: float = 0.0

    def since(self, hour: int) -> int:
        """From where on all is counted again: three weeks, or since the ledger ends; a new one reaches back far."""
        newest = self.ledger.hours[-1:].tolist()
        return min(hour - LONG_H, newest[0]) if newest else hour - KEPT_H

    def correct(self, name: str, since: int, counted: Mapping[tuple[Key, int], Count]) -> list[SaveHours]:
        """From `since` on the ledger is what was counted now; gives the same for the table."""
        changed, gone = self.ledger.replace(since, counted)
        places = [_place(name, *place) for place in gone]
        lines = [{**_place(name, *place), **count._asdict()} for place, count in changed.items()]
        return [
            SaveHours(lines[start : start + _LINES], places[start : start + _LINES])
            for start in range(0, max(len(lines), len(places)), _LINES)
        ]


def counted_row(row: RowMapping) -> Count:
    """A row of the ledger's table, or of what was counted again."""
    return Count(row["tracks"], row["crossings"], float(row["dwell_sum"]), float(row["dwell_square_sum"]))


def _place(camera_id: str, key: Key, hour: int) -> dict[str, Any]:
    return {"camera_id": camera_id, "zone_id": key[0], "object_class": key[1], "hour": hour}
