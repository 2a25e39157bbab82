"""The arrows of the architecture: `serve_app -> actors -> homesec -> homesec.domain`, and Ray only in the shells."""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = sorted((ROOT / "homesec").rglob("*.py"))
DOMAIN = sorted((ROOT / "homesec" / "domain").rglob("*.py"))
SHELLS = [*sorted((ROOT / "actors").rglob("*.py")), ROOT / "serve_app.py"]
KNOW_THE_FACE = {"serve_app.py", "house.py"}  # the face itself, and the one that starts everything


def imports(source: str, module: str) -> Iterator[str]:
    """Full names of all that a module imports, also inside functions and by name at run time."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = module.split(".")[: -node.level]
                base = ".".join([*parents, *([base] if base else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__", "find_spec"):
            names = (word.value for word in node.args if isinstance(word, ast.Constant))
            yield from (name for name in names if isinstance(name, str))


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _imports_of(path: Path) -> set[str]:
    """A package's `__init__` counts as a module of the package, as relative imports see it."""
    return set(imports(path.read_text(), ".".join(path.relative_to(ROOT).with_suffix("").parts)))


def _within(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def _offenders(paths: list[Path], offends: Callable[[str], bool]) -> dict[str, set[str]]:
    """What each of the modules imports against the rule."""
    assert paths, "the rule is about no module at all"
    found = {str(path.relative_to(ROOT)): {name for name in _imports_of(path) if offends(name)} for path in paths}
    return {path: names for path, names in found.items() if names}


def test_the_library_knows_neither_ray_nor_the_shells() -> None:
    assert not _offenders(LIBRARY, lambda name: _within(name, {"ray", "actors", "serve_app", "tests"}))


def test_the_domain_needs_only_numpy_scipy_and_itself() -> None:
    allowed = {"numpy", "scipy", "homesec.domain", "homesec.errors", *sys.stdlib_module_names}
    assert not _offenders(DOMAIN, lambda name: name != "homesec" and not _within(name, allowed))


def test_the_domain_reads_no_clock_no_file_and_no_socket() -> None:
    outside = {"os", "io", "time", "socket", "subprocess", "threading", "asyncio", "pathlib", "shutil", "urllib"}
    assert not _offenders(DOMAIN, lambda name: _within(name, outside))


def test_the_actors_do_not_know_the_face() -> None:
    others = [path for path in SHELLS if path.name not in KNOW_THE_FACE]
    assert not _offenders(others, lambda name: _within(name, {"serve_app"}))


def test_ray_is_imported_in_the_shells_and_nowhere_else() -> None:
    shipped = [path for folder in ("homesec", "actors", "migrations") for path in (ROOT / folder).rglob("*.py")]
    with_ray = _offenders([*shipped, *ROOT.glob("*.py")], lambda name: _within(name, {"ray"}))
    shells = {str(path.relative_to(ROOT)) for path in SHELLS}
    assert with_ray, "the search finds nothing at all"
    assert not set(with_ray) - shells


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import ray", "ray"),
        ("def f():\n    from ray import serve", "ray.serve"),  # hidden in a function
        ("from .. import errors", "homesec.errors"),  # relative
        ("from .boxes import area", "homesec.domain.boxes"),
        ("import importlib\nimportlib.import_module('ray.serve')", "ray.serve"),  # by name
    ],
)
def test_every_way_to_import_is_seen(source: str, found: str) -> None:
    assert found in set(imports(source, "homesec.domain.tracks"))
