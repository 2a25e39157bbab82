"""What is installed from the checkout: everything that is needed at run time, and one console script."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.test_layers import imports

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("homesec", "actors", "migrations", "serve_app.py")
LEFT_BEHIND = shutil.ignore_patterns("__pycache__")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of all files in the wheel."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in (*SHIPPED, "pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=LEFT_BEHIND)
        else:
            shutil.copy(ROOT / name, source / name)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    made = subprocess.run([*build, "--wheel-dir", out, source], capture_output=True, text=True, timeout=100)
    assert made.returncode == 0, made.stderr
    with zipfile.ZipFile(next(out.glob("homesec-*.whl"))) as archive:
        return set(archive.namelist())


def test_every_file_of_the_packages_is_installed(wheel: set[str]) -> None:
    files = [path for name in SHIPPED for path in [ROOT / name, *(ROOT / name).rglob("*")] if path.is_file()]
    there = {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}
    assert "migrations/script.py.mako" in there
    assert any(name.startswith("homesec/web/") and name.endswith(".js") for name in there)
    assert not there - wheel


def test_nothing_else_is_installed(wheel: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel if ".dist-info/" not in name}
    assert tops == set(SHIPPED)


def test_the_licence_is_named_and_installed(wheel: set[str]) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel)
    assert (ROOT / "LICENSE").read_text().lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")


def test_the_locks_pin_every_direct_dependency_and_one_cv2() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = [line.split(";")[0] for line in declared["project"]["dependencies"]]
    for lock, wanted in (
        ("requirements.lock", names),
        ("requirements-dev.lock", [*names, *declared["dependency-groups"]["dev"]]),
    ):
        lines = (ROOT / lock).read_text().splitlines()
        pinned = {line.split("==")[0] for line in lines if line[:1].isalpha() and "'never'" not in line}
        missing = {_name(line) for line in wanted} - pinned
        assert not missing, f"{lock}: make lock"
        assert {name for name in pinned if name.startswith("opencv")} == {"opencv-contrib-python-headless"}
        assert "://" not in (ROOT / lock).read_text(), "a lock names no package index"


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement)[0].lower()


def test_what_is_imported_is_in_the_runtime_lock() -> None:
    """The tests run with more than that installed."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pinned = {_plain(line.split("==")[0]) for line in lines if line[:1].isalpha()}
    homes = packages_distributions()
    missing: dict[str, str] = {}
    for path in [ROOT / "serve_app.py", *(found for name in SHIPPED for found in (ROOT / name).rglob("*.py"))]:
        for module in {name.split(".")[0] for name in imports(path.read_text(), path.stem) if name}:
            owners = {_plain(home) for home in homes.get(module, [])}
            if module not in sys.stdlib_module_names and owners and not owners & {*pinned, "homesec"}:
                missing[module] = str(path.relative_to(ROOT))
    assert "numpy" in pinned
    assert not missing


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
