"""What doctor says of machines, folders, models, servers and ports that are right or wrong."""

import os
import shutil
import socket
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import psycopg
import pynvml
import pytest
import redis
from sqlalchemy.engine import make_url

from homesec.client import write_state
from homesec.doctor import examine, machine, models, ports, servers, software, storage
from homesec.doctor.finding import Finding
from homesec.local.ports import LOOPBACK, free_port
from homesec.local.postgres import Postgres
from homesec.local.redis import Redis
from homesec.settings import Settings


def settings(data_dir: Path, **given: Any) -> Settings:
    return Settings.load(data_dir=data_dir, port=given.pop("port", free_port((LOOPBACK,))), dashboard_port=0, **given)


def about(findings: Iterable[Finding], subject: str) -> Finding:
    """The one finding about it."""
    found = [finding for finding in findings if finding.subject == subject]
    assert len(found) == 1, found
    return found[0]


def troubles(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level == "problem"]


def test_a_machine_that_is_right_has_no_problem_and_nothing_is_left_behind(tmp_path: Path) -> None:
    data_dir = tmp_path / "not there yet"
    findings = examine(settings(data_dir))
    assert not troubles(findings)
    assert not data_dir.exists(), "an examination only looks"
    assert {"Python", "packages", "memory", "watching", "disk", "PostgreSQL", "Redis", "listening"} <= {
        finding.subject for finding in findings
    }


def test_the_stand_in_detector_is_a_warning(tmp_path: Path) -> None:
    assert about(models.examine(settings(tmp_path)), "detector hog").level == "warning"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ultralytics:yolo26n.pt", "put the file into"),  # weights that are not there
        ("yolo", "there is no detector"),  # a name that means none
        ("transformers:nowhere", "nowhere"),
    ],
)
def test_a_detector_that_cannot_load_says_what_to_do(name: str, words: str, tmp_path: Path) -> None:
    finding = about(models.examine(settings(tmp_path, detector={"name": name})), f"detector {name}")
    assert finding.level == "problem"
    assert words in finding.text


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("numpy>=2.0", None),
        ("numpy<1", "is needed"),
        ("no-such-package>=1", "is missing"),
        ("no-such-package>=1; sys_platform == 'never'", None),  # for other machines
    ],
)
def test_a_package_is_compared_with_what_was_asked_for(line: str, reason: str | None) -> None:
    found = software.unmet(line)
    assert found is None if reason is None else found is not None and reason in found


def test_this_environment_is_as_asked_for() -> None:
    assert about(software.examine(), "packages").level == "ok"


def test_a_port_in_use_is_a_problem_that_names_its_holder(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        finding = about(ports.examine(settings(tmp_path, port=port), None), f"port {port}")
        assert finding.level == "problem"
        assert f"process {os.getpid()}" in finding.text
        assert about(ports.examine(settings(tmp_path, port=port), os.getpid()), f"port {port}").level == "ok"
    assert about(ports.examine(settings(tmp_path, port=port), None), f"port {port}").level == "ok"


def test_an_address_of_another_machine_cannot_be_listened_on(tmp_path: Path) -> None:
    foreign = settings(tmp_path, host="192.0.2.1", api={"public": True})
    finding = about(ports.examine(foreign, None), f"port {foreign.port}")
    assert finding.level == "problem"
    assert "192.0.2.1" in finding.text


def test_what_others_can_reach_is_told_unless_the_settings_say_so(tmp_path: Path) -> None:
    with socket.socket() as opened:
        opened.bind(("0.0.0.0", 0))
        opened.listen()
        port = opened.getsockname()[1]
        mine = psutil.Process().pid
        told = [f for f in ports.listeners(settings(tmp_path), mine) if f"{port}" in f.text]
        assert [finding.level for finding in told] == ["warning"]
        meant = settings(tmp_path, host="0.0.0.0", port=port, api={"public": True})
        assert not [f for f in ports.listeners(meant, mine) if f.level == "warning" and f"{port}" in f.text]


def test_a_running_homesec_on_loopback_is_right(tmp_path: Path, redis_url: str) -> None:
    """This process stands for it: it is the parent of the tests' Redis."""
    write_state(tmp_path, {"pid": os.getpid(), "url": "", "dashboard": ""})
    finding = about(examine(settings(tmp_path)), "listening")
    assert finding.level == "ok"
    assert "all on this machine" in finding.text


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finding = about(storage.examine(settings(tmp_path / "file")), str(tmp_path / "file"))
    assert finding.level == "problem"
    assert "choose another data folder" in finding.text
    assert about(storage.examine(settings(Path("/proc/1/nothing"))), "/proc/1/nothing").level == "problem"


def test_a_secret_that_others_can_read_is_a_problem(tmp_path: Path) -> None:
    key = tmp_path / "admin.key"
    key.write_text("x")
    key.chmod(0o600)
    assert not troubles(storage.examine(settings(tmp_path)))
    key.chmod(0o644)
    assert f"chmod 600 {key}" in about(storage.examine(settings(tmp_path)), str(key)).text


def test_a_nearly_full_disk_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    for free, level in ((2**29, "problem"), (2**32, "warning"), (2**40, "ok")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: usage._replace(free=free))
        assert about(storage.examine(settings(tmp_path)), "disk").level == level


def test_a_network_folder_needs_polling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remote = psutil._ntuples.sdiskpart("server:/pictures", str(tmp_path), "nfs4", "rw")
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: [remote])
    assert storage.file_system(tmp_path / "cameras") == "nfs4"
    given = {"database_url": "postgresql://elsewhere/homesec"}
    watched = list(storage.examine(settings(tmp_path, **given)))
    assert "force_polling" in about(watched, str(tmp_path / "cameras")).text
    polled = storage.examine(settings(tmp_path, uploads={"force_polling": True}, **given))
    assert not [finding for finding in polled if finding.level == "warning" and "network" in finding.text]
    embedded = about([f for f in storage.examine(settings(tmp_path)) if f.level == "warning"], str(tmp_path))
    assert "PostgreSQL" in embedded.text


def test_more_folders_than_the_kernel_watches_are_a_warning_with_the_sysctl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "INOTIFY", tmp_path)
    (tmp_path / "max_user_watches").write_text("8\n")
    (tmp_path / "max_user_instances").write_text("128\n")
    given = settings(tmp_path / "data")
    assert about(machine.examine(given), "watching").level == "ok"
    for number in range(5):
        (given.cameras_dir / f"camera{number}").mkdir(parents=True)
    finding = about(machine.examine(given), "watching")
    assert finding.level == "warning"
    assert "sysctl fs.inotify.max_user_watches=" in finding.text
    polling = settings(tmp_path / "data", uploads={"force_polling": True})
    assert about(machine.examine(polling), "watching").level == "ok"


def test_a_demanded_gpu_that_is_not_there_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_driver() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", no_driver)
    assert about(machine.examine(settings(tmp_path)), "GPU").level == "ok"
    finding = about(machine.examine(settings(tmp_path, detector={"device": "cuda"})), "GPU")
    assert finding.level == "problem"
    assert "set it to auto" in finding.text


def test_models_that_do_not_fit_the_gpus_are_a_problem(tmp_path: Path) -> None:
    def fits(**detector: Any) -> list[str]:
        given = settings(tmp_path, detector={"name": "ultralytics:x.pt", **detector})
        return [finding.level for finding in machine.fits(given, [8.0])]

    assert fits(gpu_gb=2.0, replicas=4) == []
    assert fits(gpu_gb=2.0, replicas=5) == ["problem"]
    assert fits(gpu_gb=0.4) == ["warning"]
    assert fits(gpu_gb=16.0, device="cpu") == []


def test_the_owners_servers_are_asked(tmp_path: Path, database_url: str, redis_url: str) -> None:
    findings = list(servers.examine(settings(tmp_path, database_url=database_url, redis_url=redis_url)))
    assert [finding.level for finding in findings] == ["ok", "ok"]
    assert "pgvector" in findings[0].text
    assert "6.2" in findings[1].text


def test_servers_that_do_not_answer_are_problems_without_passwords(tmp_path: Path) -> None:
    port = free_port((LOOPBACK,))
    given = settings(
        tmp_path,
        database_url=f"postgresql://me:pa55word@127.0.0.1:{port}/homesec",
        redis_url=f"redis://:pa55word@127.0.0.1:{port}/0",
    )
    findings = list(servers.examine(given))
    assert [finding.level for finding in findings] == ["problem", "problem"]
    assert "pa55word" not in str(findings)


def test_urls_that_are_none_are_problems(tmp_path: Path) -> None:
    findings = list(servers.examine(settings(tmp_path, database_url="mysql://x/y", redis_url="nonsense")))
    assert [finding.level for finding in findings] == ["problem", "problem"]


def test_a_redis_that_drops_entries_is_a_warning(tmp_path: Path, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            finding = about(servers.examine(settings(tmp_path, redis_url=redis_url)), "Redis")
        finally:
            client.config_set("maxmemory-policy", "noeviction")
    assert finding.level == "warning"
    assert "noeviction" in finding.text


def test_tables_of_an_older_revision_are_a_warning(tmp_path: Path, database_url: str) -> None:
    plain = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    finding = about(servers.examine(settings(tmp_path, database_url=database_url)), "PostgreSQL")
    assert finding.level == "warning"
    assert "0000" in finding.text


def test_data_of_another_major_is_a_problem_with_the_way_out(tmp_path: Path) -> None:
    cluster = Postgres(tmp_path).cluster
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("17\n")
    finding = about(servers.examine(settings(tmp_path)), "PostgreSQL")
    assert finding.level == "problem"
    assert "pg_dump" in finding.text


def test_the_embedded_servers_are_asked_while_they_run(tmp_path: Path) -> None:
    embedded = (Postgres(tmp_path), Redis(tmp_path))
    try:
        for server in embedded:
            server.start()
        findings = list(servers.examine(settings(tmp_path)))
    finally:
        for server in embedded:
            server.stop()
    assert [(finding.level, "answers" in finding.text) for finding in findings] == [("ok", True)] * 2


def test_each_gpu_is_told_with_its_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        "nvmlInit": None,
        "nvmlShutdown": None,
        "nvmlSystemGetDriverVersion": "580.1",
        "nvmlDeviceGetCount": 2,
        "nvmlDeviceGetHandleByIndex": object(),
        "nvmlDeviceGetName": "A Card",
        "nvmlDeviceGetMemoryInfo": SimpleNamespace(total=8 * 2**30, free=6 * 2**30),
    }
    for name, answer in answers.items():
        monkeypatch.setattr(pynvml, name, lambda *_, answer=answer: answer)
    findings = list(machine.examine(settings(tmp_path, detector={"device": "cpu"})))
    assert about(findings, "GPU 1").text == "A Card, 6.0 of 8.0 GB are free, driver 580.1"
    greedy = {"name": "ultralytics:x.pt", "gpu_gb": 5.0, "replicas": 3}
    assert "do not fit" in str(troubles(machine.examine(settings(tmp_path, detector=greedy))))
