"""A camera got another name: its old events are found by the new one."""

from typing import Any

from homesec.jobs.context import Context
from homesec.store.writes.search import ResetSearchWords

LIMIT = 500  # events of one commit


async def rename(context: Context) -> dict[str, Any]:
    """Result: how many events were changed."""
    done, after = context.checkpoint.get("events", 0), context.checkpoint.get("after", 0)
    count = LIMIT
    while count == LIMIT:
        count, after = await context.write(ResetSearchWords(context.params["camera"], after, LIMIT))
        done += count
        await context.progress(50, "events", {"events": done, "after": after})
    return {"events": done}
