"""Structured logs: one JSON object a line, with the ids of upload, batch, event and request where there are any."""

import json
import logging
import logging.handlers
import sys
from datetime import UTC, datetime
from typing import Any

from homesec.settings import Settings

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_MAX_BYTES = 20 * 2**20  # of one log file; five are kept, so a part writes 100 MB at most


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON. `extra={"upload_id": 7}` becomes a field of its own."""

    def __init__(self, component: str) -> None:
        super().__init__()
        self.component = component

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "component": self.component,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=repr, ensure_ascii=False)


def set_up_logging(settings: Settings, component: str) -> None:
    """Send this process's `homesec` and `actors` logs to <data>/logs/<component>.jsonl, or to stderr if that fails."""
    name = component.replace(":", "-")
    handler: logging.Handler
    try:
        settings.logs_dir.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            settings.logs_dir / f"{name}.jsonl", maxBytes=_MAX_BYTES, backupCount=4, encoding="utf-8"
        )
    except OSError:  # a node without the data folder, or a full disk: Ray collects stderr
        handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(component))
    for logger in (logging.getLogger("homesec"), logging.getLogger("actors")):
        for old in logger.handlers[:]:
            logger.removeHandler(old)
            old.close()
        logger.addHandler(handler)
        logger.setLevel(settings.log_level)
        logger.propagate = False
