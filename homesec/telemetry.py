"""Structured logs: one JSON object a line, with the ids of upload, batch, event and request where there are any.

A file takes all that is said. What is worth a search goes to the table `logs` too: gathered in memory, bounded, handed
on by a thread of its own, and left out rather than waited for.
"""

import json
import logging
import logging.handlers
import math
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from homesec.settings import Settings

GATHER_S = 1.0  # lines of so long travel together
WAITING = 2000  # lines that wait at most: bounds memory while the writer is away
LINES_A_SECOND, BURST = 50.0, 500.0  # of one process; a flood of lines must not become a flood of rows

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_MAX_BYTES = 20 * 2**20  # of one log file; five are kept, so a part writes 100 MB at most
_MESSAGE, _VALUE = 2000, 4000  # characters of one line's message, and of each of its further values
_IN_COLUMNS = ("camera_id", "event_id", "request_id")
_SECRET_NAME = re.compile(r"^(api_?)?key$|token|passw|secret|authorization|cookie", re.IGNORECASE)
_SECRET = re.compile(r"""\bhs_[\w-]{20,}|(?<=://)[^/\s:@"']*:[^@\s"']+(?=@)""")  # keys of ours, logins in addresses
_HIDDEN = "hidden"


Value = str | int | float | bool | None


@dataclass(frozen=True)
class LogLine:
    """One line as the table has it."""

    timestamp: datetime
    level: str
    component: str
    message: str
    camera_id: str | None = None
    event_id: int | None = None
    request_id: str | None = None
    extra: dict[str, Value] | None = None


Send = Callable[[Sequence[LogLine]], None]
"""Hands lines on. Runs in a thread; may take its time and may fail: then these lines are lost."""


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
        line |= _given(record)
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return _without_secrets(json.dumps(line, default=repr, ensure_ascii=False))


class Batches(logging.Handler):
    """Gathers lines of INFO and above and sends them each second in which there are any.

    What its own thread says is not taken, so that sending never makes more to send.
    """

    def __init__(self, component: str, send: Send) -> None:
        super().__init__(logging.INFO)
        self._component, self._send = component, send
        self._lock = threading.RLock()  # what is said while a line is made waits for nobody
        self._waiting: deque[LogLine] = deque()
        self._room, self._at = BURST, time.monotonic()
        self._left_out = 0
        self._due, self._ended = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self._ended.is_set() or threading.current_thread() is self._thread:
            return
        with self._lock:
            now = time.monotonic()
            self._room, self._at = min(BURST, self._room + (now - self._at) * LINES_A_SECOND), now
            if self._room < 1 or len(self._waiting) >= WAITING:
                self._left_out += 1
                self._due.set()  # that lines are missing is said also when no further line follows
                return
            self._room -= 1
            try:
                self._waiting.append(log_line(record, self._component))
            except Exception:  # arguments that do not fit their message: the file's handler tells where
                self._left_out += 1
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="logs", daemon=True)
                self._thread.start()
        self._due.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._due.wait()
            self._ended.wait(GATHER_S)
            self._due.clear()
            lines = self._taken()
            try:
                self._send(lines)
            except Exception:  # whatever it is, it must not end this thread; the lines stand in the file
                with self._lock:
                    self._left_out += len(lines)

    def _taken(self) -> list[LogLine]:
        """What waits, and how much was left out before."""
        with self._lock:
            lines, self._waiting = list(self._waiting), deque()
            left_out, self._left_out = self._left_out, 0
        if left_out:
            said: dict[str, Value] = {"lines": left_out}
            lines.append(LogLine(datetime.now(UTC), "WARNING", self._component, "lines were left out", extra=said))
        return lines

    def close(self) -> None:
        """What waits is still sent, but nobody waits for it."""
        self._ended.set()
        self._due.set()
        super().close()


def log_line(record: logging.LogRecord, component: str) -> LogLine:
    """A record as the table takes it: cut to a length, plain values, no NUL, no secret."""
    given = _given(record)
    if record.exc_info:
        given["error"] = logging.Formatter().formatException(record.exc_info)
    given["logger"] = record.name
    camera_id, event_id, request_id = (given.pop(name, None) for name in _IN_COLUMNS)
    return LogLine(
        datetime.fromtimestamp(record.created, UTC),
        record.levelname,
        component,
        _plain(record.getMessage(), _MESSAGE),
        None if camera_id is None else _plain(str(camera_id), 100),
        event_id if isinstance(event_id, int) and 0 <= event_id < 2**63 else None,
        None if request_id is None else _plain(str(request_id), 100),
        {name: _value(value) for name, value in given.items()},
    )


def set_up_logging(settings: Settings, component: str, send: Send | None = None) -> None:
    """Send this process's `homesec` and `actors` logs to <data>/logs/<component>.jsonl, or to stderr if that fails.

    With `send`, lines of INFO and above go there too.
    """
    name = component.replace(":", "-")
    handler: logging.Handler
    try:
        settings.logs_dir.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            settings.logs_dir / f"{name}.jsonl", maxBytes=_MAX_BYTES, backupCount=4, encoding="utf-8",
            errors="backslashreplace",  # names from broken file systems hold what is no text
        )
    except OSError:  # a node without the data folder, or a full disk: Ray collects stderr
        handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(component))
    handlers = [handler, *([] if send is None else [Batches(component, send)])]
    for logger in (logging.getLogger("homesec"), logging.getLogger("actors")):
        for old in logger.handlers[:]:
            logger.removeHandler(old)
            old.close()
        for one in handlers:
            logger.addHandler(one)
        logger.setLevel(settings.log_level)
        logger.propagate = False


def _given(record: logging.LogRecord) -> dict[str, Any]:
    """What came as `extra`."""
    given = {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
    return {name: _HIDDEN if _SECRET_NAME.search(name) else value for name, value in given.items()}


def _value(value: Any) -> Value:
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return _plain(value if isinstance(value, str) else json.dumps(value, default=repr, ensure_ascii=False), _VALUE)


def _plain(words: str, most: int) -> str:
    """Text that PostgreSQL takes; what is too long keeps its beginning and its end."""
    words = _without_secrets(words).replace("\0", "\N{REPLACEMENT CHARACTER}")
    words = words.encode("utf-8", "replace").decode()
    return words if len(words) <= most else f"{words[: most // 2]} ... {words[-most // 2 :]}"


def _without_secrets(words: str) -> str:
    return _SECRET.sub(_HIDDEN, words)
