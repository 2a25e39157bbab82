"""Models come from a hub by command alone: whole, checked, and no programs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from homesec.errors import Conflict, InvalidInput, NotFound
from homesec.vision.catalogue import CATALOGUE, entry
from homesec.vision.pull import PullFailed, changed, pull, pulled_models, read, remove
from homesec.vision.zoo.registry import LOOKS_AT
from tests.zoo.hub import Hub

FILES = {
    "config.json": b'{"model_type": "vitpose"}',
    "preprocessor_config.json": b"{}",
    "model.safetensors": bytes(range(256)) * 400,
    "pytorch_model.bin": b"a program",
    "modeling.py": b"import os",
    "onnx/model.onnx": b"another form",
}


@pytest.fixture
def hub() -> Hub:
    known = entry("vitpose-base")
    assert known is not None
    return Hub(known.repository, dict(FILES))


def homesec(data_dir: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`homesec models ...`."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "0", "HF_HOME": str(data_dir / "hf")}
    return subprocess.run(
        [sys.executable, "-m", "actors.cli", "models", *words, "--data-dir", str(data_dir)], check=False,
        capture_output=True, text=True, timeout=120, env=environment, cwd=Path(__file__).parents[2],
    )  # fmt: skip


def test_a_model_is_pulled_listed_checked_and_removed(hub: Hub, tmp_path: Path) -> None:
    with hub.open() as address:
        done = homesec(tmp_path, "pull", "vitpose-base", "--endpoint", address)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "licence apache-2.0" in done.stdout
        assert 'enrichment.pose = "vitpose:vitpose-base"' in done.stdout
        folder = tmp_path / "models" / "vitpose-base"
        assert sorted(path.name for path in folder.iterdir()) == [
            "config.json", "model.safetensors", "preprocessor_config.json", "source.json",
        ]  # fmt: skip
        assert (folder / "model.safetensors").read_bytes() == FILES["model.safetensors"]
        assert [path.name for path in (tmp_path / "models").iterdir()] == ["vitpose-base"]
        found = read(folder)
        assert found is not None
        assert (found.repository, found.revision) == (hub.repository, hub.revision)
        assert len(found.files) == 3
        before = len(hub.asked)
        again = homesec(tmp_path, "pull", "vitpose-base", "--endpoint", address)
        assert "is there already" in again.stdout
        assert len(hub.asked) == before + 1
    listed = homesec(tmp_path, "list", "--check")
    assert listed.returncode == 0
    [line] = [line for line in listed.stdout.splitlines() if line.split()[:1] == ["vitpose-base"]]
    assert all(word in line for word in ("pose", "apache-2.0", "0 MB", hub.revision[:12], "ok"))
    assert sum("not here" in line for line in listed.stdout.splitlines()) == len(CATALOGUE) - 1
    (folder / "config.json").write_bytes(b"{}")
    assert changed(found, tmp_path / "models") == ["config.json"]
    assert remove("vitpose-base", tmp_path / "models").name == "vitpose-base"
    assert not folder.exists()
    assert pulled_models(tmp_path / "models") == []


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client reads the switch when it is imported, and others in this process keep it from the network."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)


@pytest.mark.usefixtures("online")
def test_what_is_not_as_the_hub_tells_or_cannot_be_had_leaves_nothing_behind(hub: Hub, tmp_path: Path) -> None:
    said: list[str] = []
    hub.lies["model.safetensors"] = "0" * 64
    with hub.open() as address:
        with pytest.raises(PullFailed, match=r"model\.safetensors is not the file that the hub describes"):
            pull("vitpose-base", tmp_path, None, address, said.append)
        del hub.files["model.safetensors"], hub.files["onnx/model.onnx"]
        with pytest.raises(PullFailed, match="others may be programs and are not taken"):
            pull("vitpose-base", tmp_path, None, address, said.append)
        with pytest.raises(PullFailed, match="nobody/nothing: "):
            pull("nobody/nothing", tmp_path, None, address, said.append)
    with pytest.raises(PullFailed, match=hub.repository):  # nobody listens there any more
        pull("vitpose-base", tmp_path, None, address, said.append)
    with pytest.raises(InvalidInput, match="neither a model of the catalogue nor a repository"):
        pull("vitpose", tmp_path, None, address, said.append)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("online")
def test_a_newer_revision_takes_the_place_of_an_older_one(hub: Hub, tmp_path: Path) -> None:
    with hub.open() as address:
        first = pull(hub.repository, tmp_path, None, address, print)
        hub.files["config.json"] = b'{"model_type": "other"}'
        second = pull(hub.repository, tmp_path, "main", address, print)
    assert first.name == second.name == "vitpose-base-simple"
    assert first.revision != second.revision
    assert (tmp_path / first.name / "config.json").read_bytes() == hub.files["config.json"]
    assert changed(second, tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == [first.name]


@pytest.mark.usefixtures("online")
def test_what_the_owner_put_there_is_neither_replaced_nor_removed(hub: Hub, tmp_path: Path) -> None:
    own = tmp_path / "vitpose-base"
    own.mkdir()
    (own / "config.json").write_text("mine")
    with hub.open() as address, pytest.raises(Conflict, match="did not come from a hub: move it away"):
        pull("vitpose-base", tmp_path, None, address, print)
    with pytest.raises(NotFound):
        remove("vitpose-base", tmp_path)
    with pytest.raises(InvalidInput):
        remove("../models", tmp_path)
    assert (own / "config.json").read_text() == "mine"


def test_the_catalogue_names_capabilities_that_there_are_and_settings_that_name_the_folder() -> None:
    assert len({one.name for one in CATALOGUE}) == len(CATALOGUE)
    for one in CATALOGUE:
        assert one.capability in {"detector", *LOOKS_AT}
        assert one.setting.endswith(f':{one.name}"')
        assert one.licence
        assert one.repository.count("/") == 1
