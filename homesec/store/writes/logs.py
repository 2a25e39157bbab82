"""Lines of the log, for the second lane: written once or lost, never repeated."""

from dataclasses import asdict, dataclass

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from homesec.store.tables.system import LOG_SEARCH
from homesec.store.writes.unit import Outcome
from homesec.telemetry import LogLine

_INSERT = text(
    f"""
    INSERT INTO logs (timestamp, level, component, message, camera_id, event_id, request_id, extra, search_vector)
    SELECT timestamp, level, component, message, camera_id, event_id, request_id, coalesce(extra, '{{}}'),
        to_tsvector('{LOG_SEARCH}', concat_ws(' ', message, component, camera_id))
            || jsonb_to_tsvector('{LOG_SEARCH}', coalesce(extra, '{{}}'), '["string", "numeric"]')
    FROM jsonb_to_recordset(:lines) AS line(timestamp timestamptz, level text, component text, message text,
        camera_id text, event_id bigint, request_id text, extra jsonb)
    """
)


@dataclass(frozen=True)
class SaveLogs:
    """What a part of the system said."""

    lines: tuple[LogLine, ...]

    def apply(self, connection: Connection) -> Outcome:
        lines = [{**asdict(line), "timestamp": line.timestamp.isoformat()} for line in self.lines]
        connection.execute(_INSERT, {"lines": Jsonb(lines)})
        return Outcome()
