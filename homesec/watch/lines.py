"""Where noticed files wait for their turn: live ones first, backlog round by camera, unfinished ones until due."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from homesec.ingest import BROKEN_FACTOR, FoundFile


@dataclass(frozen=True)
class Quiet:
    """An unfinished file and since when (monotonic) it has not changed."""

    file: FoundFile
    since: float
    due: float
    """When to look again, should nothing be heard of it."""


class Lines:
    """Paths only; each is in the hands of one examiner at a time. Times are monotonic and come in as arguments."""

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._live: dict[bytes, None] = {}
        self._backlog: dict[bytes, deque[bytes]] = {}
        self._backlog_paths: set[bytes] = set()
        self._busy: set[bytes] = set()
        self._unfinished: dict[bytes, Quiet] = {}

    def __len__(self) -> int:
        return len(self._live) + len(self._backlog_paths) + len(self._busy) + len(self._unfinished)

    @property
    def busy(self) -> int:
        return len(self._busy)

    @property
    def is_waited_for(self) -> bool:
        """There are paths that could be taken at once."""
        return bool(self._backlog_paths) or any(path not in self._busy for path in self._live)

    def add_live(self, paths: Iterable[bytes]) -> None:
        self._live.update(dict.fromkeys(paths))

    def add_backlog(self, paths: Iterable[bytes]) -> None:
        for path in paths:
            if path not in self._backlog_paths:
                self._backlog_paths.add(path)
                self._backlog.setdefault(path.partition(b"/")[0], deque()).append(path)

    def knows(self, file: FoundFile) -> bool:
        """The file is known to be unfinished, just as it is now."""
        quiet = self._unfinished.get(file.path)
        return quiet is not None and quiet.file == file

    def next_due(self) -> float | None:
        """When the next unfinished file is due; one that is being examined is nobody's turn, however late it is."""
        due = (quiet.due for path, quiet in self._unfinished.items() if path not in self._busy)
        return min(due, default=None)

    def take(self, live: int, backlog: int, now: float) -> list[tuple[bytes, Quiet | None]]:
        """At most so many live ones; if there are none, at most so many of the backlog, one a camera in turn."""
        for path, quiet in self._unfinished.items():
            if quiet.due <= now:
                self._live.setdefault(path)
        taken: list[bytes] = []
        for path in self._live:
            if len(taken) >= live:
                break
            if path not in self._busy:
                taken.append(path)
        for path in taken:
            del self._live[path]
        if not taken and not any(path not in self._busy for path in self._live):
            taken = self._round(backlog)
        self._busy.update(taken)
        return [(path, self._unfinished.get(path)) for path in taken]

    def _round(self, count: int) -> list[bytes]:
        taken: list[bytes] = []
        while len(taken) < count and self._backlog:
            camera, line = next(iter(self._backlog.items()))
            del self._backlog[camera]
            path = line.popleft()
            self._backlog_paths.discard(path)
            if path not in self._busy:
                taken.append(path)
            if line:
                self._backlog[camera] = line  # to the end of the round
        return taken

    def done(self, path: bytes) -> None:
        """Examined, with an answer or none."""
        self._busy.discard(path)
        self._unfinished.pop(path, None)

    def wait(self, file: FoundFile, before: Quiet | None, looked_at: float) -> None:
        """Not whole: due when it has been quiet for the settling time, and then for the longest wait."""
        self._busy.discard(file.path)
        since = before.since if before is not None and before.file == file else looked_at
        for wait_s in (self._settle_s, self._settle_s * BROKEN_FACTOR):
            if looked_at < since + wait_s:
                break
        else:
            wait_s = looked_at - since + self._settle_s
        self._unfinished[file.path] = Quiet(file, since, since + wait_s)
