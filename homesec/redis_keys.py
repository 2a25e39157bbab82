"""Every key homesec keeps in Redis; all of them may be lost at any time."""

from dataclasses import dataclass

from homesec.bus import ANALYSIS_QUEUE, DETECTION_BACKLOG, DETECTION_QUEUE, NEWS, PREFIX


@dataclass(frozen=True)
class RedisKey:
    """A key, with <parts> that vary."""

    name: str
    kind: str
    lasts: str
    what: str


KEYS = (
    RedisKey(
        PREFIX + DETECTION_QUEUE,
        "stream and group",
        "until each entry is done",
        "Uploads that arrived just now and wait for a detector: `upload_id`",
    ),
    RedisKey(
        PREFIX + DETECTION_BACKLOG,
        "stream and group",
        "until each entry is done",
        "Older uploads, taken only while no new ones wait: `upload_id`",
    ),
    RedisKey(
        PREFIX + ANALYSIS_QUEUE,
        "stream and group",
        "until each entry is done",
        "Batches that grew since they were analysed: `batch_id`",
    ),
    RedisKey(
        PREFIX + "batch:<camera>", "hash", "10 minutes from its last growth", "The camera's open batch, for readers"
    ),
    RedisKey(
        PREFIX + "ratelimit:<what>:<who>:<minute>", "counter", "2 minutes", "Requests and failed logins of one minute"
    ),
    RedisKey(NEWS, "channel", "not stored", "`{seq}`: the outbox reaches this number; readers also look each second"),
)
