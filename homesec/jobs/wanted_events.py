"""Which events a job is about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from homesec.store.queries.events import EventFilter


def wanted_events(params: Mapping[str, Any]) -> EventFilter:
    """Of the params `since`, `until`, `cameras` and `ids`; what is not given does not limit them."""
    return EventFilter(
        cameras=params.get("cameras"),
        since=_time(params.get("since")),
        until=_time(params.get("until")),
        ids=params.get("ids") or (),
    )


def _time(given: str | None) -> datetime | None:
    return None if given is None else datetime.fromisoformat(given)
