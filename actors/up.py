"""`homesec up`: everything of one machine in the foreground, in order, and down again in order."""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from actors.surroundings import prepare
from homesec.client import state_file, write_state
from homesec.errors import AlreadyRunning, LocalServiceFailed, Unavailable
from homesec.jobs.restore import restore
from homesec.local.postgres import Postgres
from homesec.local.redis import Redis
from homesec.settings import Settings
from homesec.store.migrate import migrate

WATCH_S = 0.5  # between two looks at the embedded services
READY_S = 120.0  # a start that takes longer has failed

Say = Callable[[str], None]


class Stopped(Exception):
    """SIGINT or SIGTERM arrived."""


class Company(Protocol):
    """What runs beside the system, and notices by itself when this process ends."""

    def begin(self) -> None:
        """The system is about to start."""

    def look(self) -> bool:
        """The system is up; asked every `WATCH_S`. True: it is over."""

    def end(self) -> None:
        """The system is about to end, for whatever reason, and may not answer."""


def up(settings: Settings, say: Say, company: Company | None = None) -> None:
    """Run until SIGINT or SIGTERM, or its company is over. Raises HomesecError in words when it cannot start."""
    for folder in (settings.data_dir, settings.cameras_dir, settings.media_dir, settings.models_dir, settings.logs_dir):
        folder.mkdir(parents=True, exist_ok=True)
    prepare(settings.data_dir, own_ray=settings.ray_address is None)
    with ExitStack() as stack:
        stack.enter_context(alone(settings.data_dir))
        stop = stack.enter_context(_signals())
        services = Services(settings)
        stack.callback(services.stop)
        say(f"homesec starts on {settings.data_dir}; the first time this takes half a minute")
        if company is not None:
            company.begin()
        database_url, redis_url = services.start()
        _migrate(settings, database_url, say)

        from actors.house import House  # Ray is imported here, after its environment is set

        house = House(settings, database_url, redis_url)
        stack.callback(house.stop)
        if company is not None:
            stack.callback(company.end)
        try:
            house.start()
            stop.watch()  # Ray and Serve set handlers of their own
            house.wait_until_ready(stop.check, READY_S)
            write_state(settings.data_dir, {"pid": os.getpid(), "url": house.url, "dashboard": house.dashboard})
            for line in house.greeting():
                say(line)
            while company is None or not company.look():
                services.watch(say)
                stop.check()
                time.sleep(WATCH_S)
        except Stopped:
            say("stopping: what is in work is finished first")
    with contextlib.suppress(FileNotFoundError):
        state_file(settings.data_dir).unlink()
    say("stopped")


class Services:
    """The embedded PostgreSQL and Redis, where the owner has none. Started and watched from the main thread, since
    they are tied to the thread that started them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        listen = settings.local.listen
        self._postgres = None if settings.database_url else Postgres(settings.data_dir, listen)
        self._redis = None if settings.redis_url else Redis(settings.data_dir, listen)

    def start(self) -> tuple[str, str]:
        database_url = self._settings.database_url or (self._postgres and self._postgres.start())
        redis_url = self._settings.redis_url or (self._redis and self._redis.start())
        return str(database_url), str(redis_url)

    def running_urls(self) -> tuple[str, str]:
        database_url = self._settings.database_url or (self._postgres and self._postgres.running_url())
        redis_url = self._settings.redis_url or (self._redis and self._redis.running_url())
        if not database_url or not redis_url:
            raise Unavailable(f"the services of {self._settings.data_dir} do not run; `homesec up` starts them")
        return database_url, redis_url

    def watch(self, say: Say) -> None:
        """Start again what died; what does not start is tried again at the next look."""
        for name, service in (("PostgreSQL", self._postgres), ("Redis", self._redis)):
            if service is not None and not service.is_alive():
                say(f"{name} ended; starting it again")
                try:
                    service.start()
                except LocalServiceFailed as error:
                    say(f"{name}: {error}")

    def stop(self) -> None:
        for service in (self._redis, self._postgres):
            if service is not None:
                service.stop()


class _Signals:
    """SIGINT and SIGTERM as a question that the start and the watch ask."""

    def __init__(self) -> None:
        self._asked = False

    def watch(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._asked = True

    def check(self) -> None:
        if self._asked:
            raise Stopped


@contextlib.contextmanager
def _signals() -> Iterator[_Signals]:
    signals = _Signals()
    signals.watch()
    yield signals


@contextlib.contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """One homesec a data folder. Raises AlreadyRunning."""
    with open(data_dir / "up.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(f"homesec already runs on {data_dir}; `homesec down` ends it") from error
        yield


def _migrate(settings: Settings, database_url: str, say: Say) -> None:
    if saved := migrate(database_url, settings.data_dir / "dumps"):
        say(f"the database was dumped to {saved} before its migration")


def migrate_alone(settings: Settings, say: Say) -> None:
    """`homesec migrate`: while the system does not run, embedded services are started for it and ended again."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    services = Services(settings)
    try:
        database_url, _ = services.start()
        _migrate(settings, database_url, say)
    finally:
        services.stop()
    say("the database is up to date")


def restore_alone(settings: Settings, folder: Path, say: Callable[[float, str], None]) -> dict[str, Any]:
    """`homesec restore`: into an empty data folder on which nothing runs. Result: how much it was."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    services = Services(settings)
    with alone(settings.data_dir):
        try:
            database_url, _ = services.start()
            result = restore(database_url, settings.data_dir, folder, say)
            migrate(database_url)
        finally:
            services.stop()
    return result


def running_urls(settings: Settings) -> tuple[str, str]:
    """Addresses of the PostgreSQL and Redis that serve this data folder. Raises Unavailable when they do not run."""
    services = Services(settings)
    return services.running_urls()
