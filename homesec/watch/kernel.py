"""What the kernel says about a folder tree, through a thread of its own that ends with its first trouble."""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path

import watchfiles

STEP_MS = 20  # how long changes are gathered: a rename is reported after one or two of these
DEBOUNCE_MS = 100  # the longest gathering while changes keep coming
HEARTBEAT_MS = 1000

_LIMITS = "the kernel's limit of watches is reached (raise the sysctl fs.inotify.max_user_watches)"
_INSTANCES = "the kernel's limit of watchers is reached (raise the sysctl fs.inotify.max_user_instances)"


class KernelWatch:
    """Calls, in the loop that made it: `changed` with paths, `alive` in each quiet second, and once `ended` with the

    reason and whether it would be the same if tried again at once.
    """

    def __init__(
        self,
        root: Path,
        changed: Callable[[set[bytes]], None],
        alive: Callable[[], None],
        ended: Callable[[str, bool], None],
    ) -> None:
        self._root = root
        self._call = asyncio.get_running_loop().call_soon_threadsafe
        self._changed, self._alive, self._ended = changed, alive, ended
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="kernel-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Takes effect within a few steps of the gathering; nothing is called afterwards."""
        self._stop.set()

    def _watch(self) -> None:
        because, lasting = "the kernel watch ended", False
        try:
            for changes in watchfiles.watch(
                self._root,
                watch_filter=None,
                step=STEP_MS,
                debounce=DEBOUNCE_MS,
                rust_timeout=HEARTBEAT_MS,
                yield_on_timeout=True,
                stop_event=self._stop,
                raise_interrupt=False,
                force_polling=False,
            ):
                if self._stop.is_set():
                    return
                paths = {os.fsencode(path) for change, path in changes if change is not watchfiles.Change.deleted}
                if paths:
                    self._tell(self._changed, paths)
                if not changes:
                    self._tell(self._alive)
        except (OSError, RuntimeError) as error:  # the library's own error is a RuntimeError
            because, lasting = _reason(error)
        self._tell(self._ended, because, lasting)

    def _tell(self, call: Callable[..., None], *arguments: object) -> None:
        if self._stop.is_set():
            return
        try:
            self._call(call, *arguments)
        except RuntimeError:  # the loop is closed: nobody listens any more
            self._stop.set()


def _reason(error: OSError | RuntimeError) -> tuple[str, bool]:
    words = str(error)
    if "decode path" in words:
        return "a name that is not UTF-8 cannot be watched", False
    if "watch limit" in words or "No space left" in words:
        return _LIMITS, True
    if "Too many open files" in words:
        return _INSTANCES, True
    return f"the folders cannot be watched: {words}", not isinstance(error, FileNotFoundError)
