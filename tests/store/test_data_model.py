"""The document of the data model says what the code says."""

import ast
import re
from pathlib import Path

from homesec.bus import NEWS, PREFIX, QUEUES
from homesec.redis_keys import KEYS
from homesec.store.base import Base
from homesec.store.data_model import AREAS, document

ROOT = Path(__file__).resolve().parents[2]


def test_the_document_is_made_from_the_tables_as_they_are() -> None:
    written = (ROOT / "docs" / "data-model.md").read_text()
    assert written == document(), "run `python -m homesec.store.data_model > docs/data-model.md`"


def test_every_table_every_column_and_every_index_is_in_the_document() -> None:
    text = document()
    for table in Base.metadata.tables.values():
        section = text.partition(f"\n### {table.name}\n")[2].partition("\n### ")[0]
        assert section, table.name
        assert all(f"\n| {column.name} | " in section for column in table.columns), table.name
        assert all(f"`{index.name}`" in section for index in table.indexes), table.name


def test_every_table_has_a_purpose_in_words() -> None:
    for mapper in Base.registry.mappers:
        assert mapper.class_.__doc__, mapper.class_.__name__


def test_no_module_of_tables_is_left_out() -> None:
    modules = {path.stem for path in (ROOT / "homesec" / "store" / "tables").glob("*.py")}
    assert modules == {*AREAS, "__init__"}


def test_the_keys_of_redis_are_those_that_the_code_uses() -> None:
    listed = {key.name.partition("<")[0] for key in KEYS}
    used = {NEWS, *(PREFIX + queue for queue in QUEUES)}
    for path in [*(ROOT / "homesec").rglob("*.py"), *(ROOT / "actors").rglob("*.py")]:
        used |= _keys_in(path.read_text())
    assert listed == used


def _keys_in(source: str) -> set[str]:
    """The fixed beginnings of keys: of strings that begin with PREFIX, and of names given to `Bus.mirror`."""
    tree = ast.parse(source)
    found = {PREFIX + start for start in re.findall(r"\{PREFIX\}([a-z_]+:)", source)}
    mirrored = [
        node.args[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "mirror"
    ]
    names = {node.id for node in mirrored if isinstance(node, ast.Name)}
    made = [node for node in mirrored if isinstance(node, ast.JoinedStr)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.JoinedStr):
            made += [node.value] * any(isinstance(target, ast.Name) and target.id in names for target in node.targets)
    for text in made:
        first = text.values[0]
        assert isinstance(first, ast.Constant), "a key has to begin with a fixed word"
        found.add(PREFIX + str(first.value))
    return found
