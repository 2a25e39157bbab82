"""The FTP door, through a real client: a camera can store pictures, and nothing else."""

import ftplib
import io
import os
import resource
import socket
import ssl
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from homesec.errors import SettingsError
from homesec.ftp import Door
from homesec.ftp.certificate import own_names, tls_context
from homesec.media.local_storage import LocalStorage
from homesec.settings import FtpSettings
from tests.watch.media import bus, picture

PASSWORDS = {"yard": "green grass", "porch": "wooden steps"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Made once, since finding primes takes time."""
    folder = tmp_path_factory.mktemp("certificate")
    tls_context(folder, own_names("127.0.0.1", None))
    return (folder / "ftp.pem").read_bytes()


@pytest.fixture
def storage(tmp_path: Path, certificate: bytes) -> LocalStorage:
    (tmp_path / "ftp.pem").write_bytes(certificate)
    return LocalStorage.open(tmp_path / "cameras", tmp_path / "media")


@contextmanager
def opened(storage: LocalStorage, max_bytes: int = 2**30, **given: Any) -> Iterator[tuple[Door, int]]:
    settings = FtpSettings(**{"port": 0, "users": PASSWORDS, "passive_ports": _free_ports(), **given})
    door = Door(settings, storage.cameras_dir.parent, storage, max_bytes, {"porch": "Front Porch"})
    port = door.open()
    try:
        yield door, port
    finally:
        door.close()


def _free_ports() -> str:
    """Sixteen ports in a row, none of which is in use now; below those that outgoing connections are given."""
    for first in range(20_000 + os.getpid() % 12_000, 32_750, 16):
        with suppress(OSError):
            for port in range(first, first + 16):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return f"{first}-{first + 15}"
    raise AssertionError("no sixteen free ports in a row")


@contextmanager
def client(port: int, user: str = "yard", secure: bool = True) -> Iterator[ftplib.FTP]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with ftplib.FTP_TLS(context=context, timeout=10) if secure else ftplib.FTP(timeout=10) as ftp:
        ftp.connect("127.0.0.1", port)
        ftp.login(user, PASSWORDS[user])
        if isinstance(ftp, ftplib.FTP_TLS):
            ftp.prot_p()
        yield ftp


def store(ftp: ftplib.FTP, name: str, data: bytes) -> str:
    return ftp.storbinary(f"STOR {name}", io.BytesIO(data))


def files(storage: LocalStorage) -> dict[str, bytes]:
    """Everything below the cameras' folder but the volume's mark, hidden files too."""
    found: dict[str, bytes] = {}
    for path in storage.cameras_dir.rglob("*"):
        with suppress(FileNotFoundError):  # just dropped
            if path.is_file() and path.name != ".volume":
                found[str(path.relative_to(storage.cameras_dir))] = path.read_bytes()
    return found


def until(true: Callable[[], bool], within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("user", ["yard", "porch"])
def test_a_camera_stores_pictures_over_tls_into_its_own_folder(user: str, storage: LocalStorage) -> None:
    with opened(storage) as (door, port):
        with client(port, user) as ftp:
            assert isinstance(ftp, ftplib.FTP_TLS)
            assert ftp.sock is not None
            assert ftp.sock.version() in ("TLSv1.2", "TLSv1.3")
            assert store(ftp, "a.jpg", bus()).startswith("226")
            ftp.mkd("2026-03-03")
            ftp.cwd("2026-03-03")
            store(ftp, "b.jpg", picture())
        folder = {"yard": "yard", "porch": "Front Porch"}[user]
        assert files(storage) == {f"{folder}/a.jpg": bus(), f"{folder}/2026-03-03/b.jpg": picture()}
        assert door.health()["received"] == 2


def test_a_file_has_its_name_only_when_it_is_whole(storage: LocalStorage) -> None:
    with opened(storage) as (_, port), client(port) as ftp:
        ftp.voidcmd("TYPE I")
        data = ftp.transfercmd("STOR slow.jpg")
        data.sendall(bus()[:50_000])
        until(lambda: sum(map(len, files(storage).values())) == 50_000)
        assert all(Path(name).name.startswith(".") for name in files(storage))
        data.sendall(bus()[50_000:])
        assert isinstance(data, ssl.SSLSocket)
        data.unwrap()
        data.close()
        ftp.voidresp()
        assert files(storage) == {"yard/slow.jpg": bus()}


def test_old_cameras_without_tls_need_it_to_be_allowed(storage: LocalStorage) -> None:
    with opened(storage) as (_, port), pytest.raises(ftplib.error_perm, match="TLS required"):
        with client(port, secure=False):
            pass
    with opened(storage, tls=False) as (_, port):
        with client(port, secure=False) as ftp:
            store(ftp, "plain.jpg", bus())
        with client(port) as ftp:
            store(ftp, "secret.jpg", bus())
    assert files(storage).keys() == {"yard/plain.jpg", "yard/secret.jpg"}


def test_data_without_tls_is_refused_where_tls_is_demanded(storage: LocalStorage) -> None:
    with opened(storage) as (_, port), client(port) as ftp:
        assert isinstance(ftp, ftplib.FTP_TLS)
        ftp.prot_c()
        with pytest.raises(ftplib.error_perm, match="TLS required on the data channel"):
            store(ftp, "a.jpg", bus())


def test_wrong_passwords_and_strangers_stay_outside(storage: LocalStorage) -> None:
    def attempt(user: str, password: str) -> str:
        with ftplib.FTP(timeout=10) as ftp:
            ftp.connect("127.0.0.1", port)
            try:
                return ftp.login(user, password)
            except ftplib.error_perm as error:
                return str(error)

    with opened(storage, tls=False) as (_, port), ThreadPoolExecutor(5) as threads:
        guesses = [("yard", "wrong"), ("yard", ""), ("nobody", "x"), ("anonymous", "x"), ("yard", PASSWORDS["yard"])]
        answers = list(threads.map(attempt, *zip(*guesses, strict=True)))  # a wrong one is answered after 3 s
        assert [answer[:3] for answer in answers] == ["530", "530", "530", "530", "230"]


@pytest.mark.parametrize(
    "command",
    [
        "RETR a.jpg", "DELE a.jpg", "RMD sub", "APPE a.jpg", "STOU a.jpg", "SITE CHMOD 777 a.jpg",
        "MFMT 20200101000000 a.jpg", "CWD /../porch", "CWD link", "STOR ../porch/x.jpg", "STOR link/x.jpg",
        "STOR outside.jpg", "MKD link/other", "LIST ../porch", "STOR sub", "STOR a\0b.jpg",
    ],
)  # fmt: skip
def test_nothing_but_storing_in_the_own_folder_is_allowed(command: str, storage: LocalStorage) -> None:
    outside = storage.cameras_dir.parent / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(b"secret")
    with opened(storage) as (_, port):
        with client(port, "porch") as ftp:
            store(ftp, "other.jpg", bus())
        with client(port) as ftp:
            store(ftp, "a.jpg", bus())
            ftp.mkd("sub")
            (storage.cameras_dir / "yard" / "link").symlink_to(outside)
            (storage.cameras_dir / "yard" / "outside.jpg").symlink_to(outside / "secret.jpg")
            before = files(storage)
            answer = _answer(ftp, command)
            assert answer[0] in "45", answer
            assert files(storage) == before
            assert (outside / "secret.jpg").read_bytes() == b"secret"
            assert sorted(os.listdir(outside)) == ["secret.jpg"]


def _answer(ftp: ftplib.FTP, command: str) -> str:
    with suppress(ftplib.error_perm):
        ftp.sendcmd("TYPE I")
    try:
        if command.split()[0] in ("RETR", "APPE", "STOU", "STOR", "LIST"):
            data = ftp.transfercmd(command)
            data.close()
            return ftp.voidresp()
        ftp.putline(command)
        return ftp.getmultiline()
    except (ftplib.error_perm, ftplib.error_temp) as error:
        return str(error)
    except EOFError:
        return "421 hung up"


def test_above_the_own_folder_there_is_nothing(storage: LocalStorage) -> None:
    with opened(storage) as (_, port), client(port) as ftp:
        ftp.cwd("..")
        assert ftp.pwd() == "/"
        store(ftp, "/../../x.jpg", bus())
        ftp.mkd("/../other")
        assert files(storage) == {"yard/x.jpg": bus()}
        assert sorted(os.listdir(storage.cameras_dir)) == [".volume", "yard"]


def test_a_list_shows_the_own_folder_alone(storage: LocalStorage) -> None:
    with opened(storage) as (_, port):
        with client(port, "porch") as ftp:
            store(ftp, "other.jpg", bus())
        with client(port) as ftp:
            store(ftp, "mine.jpg", bus())
            assert ftp.nlst("/") == ["mine.jpg"]
            ftp.voidcmd("TYPE I")
            assert ftp.size("mine.jpg") == len(bus())


def test_a_camera_may_give_its_own_temporary_file_its_name_and_rename_nothing_else(storage: LocalStorage) -> None:
    with opened(storage) as (_, port), client(port) as ftp:
        store(ftp, "a.jpg.tmp", bus())
        ftp.rename("a.jpg.tmp", "a.jpg")
        store(ftp, "b.jpg.tmp", picture())
        for source, target in (("b.jpg.tmp", "a.jpg"), ("a.jpg", "c.jpg"), ("a.jpg", ".hidden"), ("b.jpg.tmp", "no/x")):
            with pytest.raises(ftplib.error_perm):
                ftp.rename(source, target)
        assert files(storage) == {"yard/a.jpg": bus(), "yard/b.jpg.tmp": picture()}


def test_a_picture_sent_as_text_arrives_unchanged(storage: LocalStorage) -> None:
    with opened(storage) as (_, port), client(port) as ftp:
        ftp.voidcmd("TYPE A")
        data = ftp.transfercmd("STOR a.jpg")
        data.sendall(b"\xff\xd8\xff\r\n\n\r\xff\xd9")
        assert isinstance(data, ssl.SSLSocket)
        data.unwrap()
        data.close()
        ftp.voidresp()
        assert files(storage) == {"yard/a.jpg": b"\xff\xd8\xff\r\n\n\r\xff\xd9"}


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("how", ["abort", "vanish", "never sent"])
def test_an_upload_that_breaks_off_leaves_nothing(how: str, secure: bool, storage: LocalStorage) -> None:
    with opened(storage, tls=False) as (door, port):
        with client(port, secure=secure) as ftp:
            store(ftp, "first.jpg", bus())
            ftp.voidcmd("TYPE I")
            data = ftp.transfercmd("STOR second.jpg")
            if how != "never sent":
                data.sendall(bus()[:60_000])
                until(lambda: any(len(content) == 60_000 for content in files(storage).values()))
            if how == "abort":
                ftp.putline("ABOR")
                assert ftp.getmultiline().startswith("426")
                data.close()
            else:  # as when the camera loses its power: the control connection ends, then the data
                assert ftp.sock is not None
                ftp.sock.shutdown(socket.SHUT_RDWR)
                ftp.sock.close()
                data.close()
        until(lambda: files(storage) == {"yard/first.jpg": bus()})
        until(lambda: door.health()["broken_off"] == 1)


def test_a_hasty_camera_that_hangs_up_after_the_last_byte_loses_nothing(storage: LocalStorage) -> None:
    with opened(storage, tls=False) as (_, port), client(port, secure=False) as ftp:
        ftp.voidcmd("TYPE I")
        data = ftp.transfercmd("STOR a.jpg")
        data.sendall(bus())
        data.close()
        assert ftp.sock is not None
        ftp.sock.shutdown(socket.SHUT_RDWR)
        ftp.sock.close()
        until(lambda: files(storage) == {"yard/a.jpg": bus()})


def test_a_disk_that_is_full_leaves_no_partial_file_and_keeps_the_old_one(storage: LocalStorage) -> None:
    with opened(storage) as (door, port), client(port) as ftp:
        store(ftp, "a.jpg", picture())
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # writing beyond fails as on a full disk
        try:
            with pytest.raises((ftplib.Error, OSError)):
                store(ftp, "a.jpg", bus() * 4)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        until(lambda: files(storage) == {"yard/a.jpg": picture()})
        until(lambda: door.health()["broken_off"] == 1)


def test_a_file_larger_than_any_that_is_accepted_is_cut_off(storage: LocalStorage) -> None:
    with opened(storage, max_bytes=1000) as (_, port), client(port) as ftp:
        with pytest.raises((ftplib.Error, OSError)):
            store(ftp, "big.jpg", bus())
        until(lambda: files(storage) == {})


def test_what_a_killed_door_left_behind_is_removed_by_the_next(storage: LocalStorage) -> None:
    yard = storage.cameras_dir / "yard" / "deep"
    yard.mkdir(parents=True)
    (yard / ".0123456789abcdef.ftp-part").write_bytes(b"half")
    (yard / "whole.jpg").write_bytes(bus())
    with opened(storage):
        assert files(storage) == {"yard/deep/whole.jpg": bus()}


def test_the_certificate_is_made_once_readable_by_its_owner_alone(storage: LocalStorage, tmp_path: Path) -> None:
    (tmp_path / "ftp.pem").unlink()
    with opened(storage):
        first = (tmp_path / "ftp.pem").read_bytes()
        assert (tmp_path / "ftp.pem").stat().st_mode & 0o777 == 0o600
    with opened(storage) as (_, port):
        assert (tmp_path / "ftp.pem").read_bytes() == first
        context = ssl.create_default_context(cadata=first.decode("ascii").partition("-----BEGIN RSA")[0])
        with warnings.catch_warnings(), ftplib.FTP_TLS(context=context, timeout=10) as ftp:
            ftp.connect("127.0.0.1", port)
            ftp.host = "127.0.0.1"
            ftp.login("yard", PASSWORDS["yard"])  # verified: the name and the signature are right


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"users": {}}, "ftp.users"),
        ({"users": {"yard": ""}}, "password is empty"),
        ({"users": {"Front Door": "x"}}, "did you mean front_door"),
        ({"users": {"../../etc": "x"}}, "ftp.users"),
        ({"passive_ports": "50010-50001"}, "ftp.passive_ports"),
        ({"passive_ports": "1-99999"}, "ftp.passive_ports"),
    ],
)
def test_settings_that_cannot_work_are_named(given: dict[str, Any], words: str, storage: LocalStorage) -> None:
    with pytest.raises(SettingsError, match=words), opened(storage, **given):
        pass


def test_a_port_in_use_is_named(storage: LocalStorage) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(SettingsError, match=r"ftp\.port"), opened(storage, port=other.getsockname()[1]):
            pass
