"""Events judged again: by a newer scorer, or since more is known of who was there."""

from typing import Any, Protocol

from homesec.jobs.context import Context
from homesec.jobs.wanted_events import wanted_events
from homesec.store.queries import events, reading

PAGE = 100  # events that are looked up at once


class Judge(Protocol):
    """Who judges events."""

    async def reanalyse(self, event_id: int, cause: str) -> int | None:
        """Judge the event as it is now; gives its id, or None when there is nothing new to say.

        The same cause again changes nothing.
        """
        ...


async def reanalyze(context: Context, judge: Judge) -> dict[str, Any]:
    """Judge all events that are asked for, the oldest first. Result: how many, and of how many there was news."""
    wanted, cause = wanted_events(context.params), f"reanalyze:{context.job_id}"
    after, judged, news = (context.checkpoint.get(name, 0) for name in ("after", "events", "changed"))
    async with reading(context.engine) as connection:
        total = await events.count(connection, wanted)
    while True:
        async with reading(context.engine) as connection:
            page = await events.ids(connection, wanted, after, PAGE)
        if not page:
            return {"events": judged, "changed": news}
        for event_id in page:
            await context.progress(100 * judged / max(1, total), f"event {judged + 1} of {total}")
            news += await judge.reanalyse(event_id, cause) is not None
            judged += 1
        after = page[-1]
        checkpoint = {"after": after, "events": judged, "changed": news}
        await context.progress(100 * judged / max(1, total), f"event {judged} of {total}", checkpoint)
