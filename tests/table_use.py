"""Who writes a table, who reads it through the API, which tests look into it: found in the code itself, by AST.

A use is an SQL text (`INSERT INTO uploads`, `FROM uploads`) or a mapped class (`insert(Upload)`, `select(Upload.id)`).
Writing counts when the unit that does it is used outside `store/writes`; reading counts when it can be reached from a
route. Names are followed as names, over all files: what is called `events` may be any `events`. So a use that is found
might not run, but one that is missing is really missing.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from homesec.store import tables  # noqa: F401  (fills the registry)
from homesec.store.base import Base

ROOT = Path(__file__).resolve().parents[1]
CLASSES = {mapper.class_.__name__: str(mapper.class_.__tablename__) for mapper in Base.registry.mappers}
_WRITES = re.compile(r'\b(?:INSERT INTO|COPY|MERGE INTO)\s+"?(\w+)')
_UPDATES = re.compile(r'\bUPDATE\s+"?(\w+)')
_READS = re.compile(r'(?<!DELETE )\b(?:FROM|JOIN)\s+"?(\w+)')
_ROUTES = {"get", "post", "put", "patch", "delete", "head", "api_route", "websocket"}
_COMPLETE = {"outbox_head"}  # its one row comes with the migration
_FACE = {"create_api"}  # what every request passes, beside its route


@dataclass
class Definition:
    """One function, class or constant of a module, with the names and tables in it."""

    module: Path
    name: str
    node: ast.stmt
    names: set[str]
    """Names in it, which mean what its own module defines, or else what any module does."""
    attributes: set[str]
    """Names behind a dot in it: what any module defines."""
    writes: set[str]
    reads: set[str]


def written() -> dict[str, set[str]]:
    """Table to the units and functions that put rows into it; updating counts for the one that has all its rows."""
    writes = [*python("homesec/store/writes"), ROOT / "homesec/store/writer.py"]
    elsewhere = [path for path in [*python("homesec"), *python("actors"), ROOT / "serve_app.py"] if path not in writes]
    used = {name for path in elsewhere if path.exists() for name in _imported(ast.parse(path.read_text()))}
    known = _definitions(writes)
    return _tables(_reachable(known, [one for one in known if one.name in used]), "writes")


def read_through_api() -> dict[str, set[str]]:
    """Table to the queries that read it on the way of a request."""
    known = _definitions([*python("homesec/api"), *python("homesec/store/queries")])
    return _tables(_reachable(known, [one for one in known if one.name in _FACE or _has_route(one.node)]), "reads")


def looked_into(folder: str, *, without: Iterable[str] = ()) -> dict[str, set[str]]:
    """Table to the modules below a folder that read it, or hand its bare name to a function that does."""
    found: dict[str, set[str]] = {}
    for path in python(folder):
        if path.name not in without:
            given = {
                part.value
                for call in ast.walk(ast.parse(path.read_text()))
                if isinstance(call, ast.Call)
                for part in call.args
                if isinstance(part, ast.Constant)
            }
            for name in set(Base.metadata.tables) & given.union(*(one.reads for one in _definitions([path]))):
                found.setdefault(name, set()).add(str(path.relative_to(ROOT)))
    return found


def python(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def _definitions(paths: Iterable[Path]) -> list[Definition]:
    found = []
    for path in paths:
        tree = ast.parse(path.read_text())
        classes = dict(_imported_classes(tree))
        for node in tree.body:
            parts = list(ast.walk(node))
            names = {part.id for part in parts if isinstance(part, ast.Name)}
            attributes = {part.attr for part in parts if isinstance(part, ast.Attribute)}
            texts = " ".join(_texts(node))
            writes = {*_WRITES.findall(texts), *_inserted(node, classes), *(_COMPLETE & {*_UPDATES.findall(texts)})}
            reads = {*_READS.findall(texts), *(classes[name] for name in names if name in classes)}
            found += [Definition(path, name, node, names, attributes, writes, reads) for name in _defined(node)]
    return found


def _reachable(known: list[Definition], roots: list[Definition]) -> list[Definition]:
    by_name: dict[str, list[Definition]] = {}
    for one in known:
        by_name.setdefault(one.name, []).append(one)
    seen: list[Definition] = []
    waiting = list(roots)
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.append(one)
            for name in one.names:
                named = by_name.get(name, [])
                waiting += [other for other in named if other.module == one.module] or named
            waiting += [other for name in one.attributes for other in by_name.get(name, [])]
    return seen


def _tables(definitions: Iterable[Definition], use: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in definitions:
        for name in getattr(one, use) & set(Base.metadata.tables):
            found.setdefault(name, set()).add(one.name)
    return found


def _imported_classes(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names in the module that stand for mapped classes, with their tables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("homesec.store.tables"):
            for alias in node.names:
                if alias.name in CLASSES:
                    yield alias.asname or alias.name, CLASSES[alias.name]


def _defined(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Assign():
            return [target.id for target in node.targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _imported(tree: ast.Module) -> Iterator[str]:
    """Names that the module takes from the writes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and re.match(r"homesec\.store\.writ", node.module or ""):
            yield from (alias.name for alias in node.names)


def _texts(node: ast.AST) -> Iterator[str]:
    """All strings but docstrings and other bare strings."""
    bare = {id(part.value) for part in ast.walk(node) if isinstance(part, ast.Expr)}
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and id(part) not in bare:
            yield part.value


def _inserted(node: ast.AST, classes: dict[str, str]) -> Iterator[str]:
    """Tables of `insert(X)`."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "insert":
            for argument in part.args:
                if isinstance(argument, ast.Name) and argument.id in classes:
                    yield classes[argument.id]


def _has_route(node: ast.stmt) -> bool:
    """Whether it is a route, or makes some."""
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in part.decorator_list:
                if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
                    if decorator.func.attr in _ROUTES:
                        return True
    return False
