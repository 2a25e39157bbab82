"""`python -m homesec.store.data_model > docs/data-model.md`: the tables, described from the tables themselves."""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import CheckConstraint, Column, Dialect, ForeignKeyConstraint, Index, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapper
from sqlalchemy.schema import CreateIndex

from homesec.redis_keys import KEYS
from homesec.store import tables  # noqa: F401  (fills the metadata)
from homesec.store.base import Base

TEMPLATE = Path(__file__).with_name("data_model.template.md")
_DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
_SHORT_TYPES = {"timestamp with time zone": "timestamptz", "float(53)": "double", "varchar": "text"}
AREAS = (
    "pipeline", "core", "zones", "activity", "scenes", "tracks", "identity", "people", "enrichment", "alerts",
    "learning", "access", "system",
)  # fmt: skip


def document() -> str:
    """The whole text of docs/data-model.md."""
    text = TEMPLATE.read_text()
    parts = {"overview": _overview(), "areas": "\n\n".join(_area(name) for name in AREAS), "redis": _redis()}
    for name, part in parts.items():
        text = text.replace(f"<!-- {name} -->", part)
    return text


def _overview() -> str:
    lines = ["| table | purpose | primary key |", "|---|---|---|"]
    for name in AREAS:
        for mapper in _mappers(name):
            table = _table(mapper)
            keys = ", ".join(f"{key.name} ({_type(key)})" for key in table.primary_key)
            lines.append(f"| [{table.name}](#{table.name}) | {_purpose(mapper)} | {keys} |")
    lines += ["", "```mermaid", "erDiagram"]
    lines += sorted({f"  {line}" for table in Base.metadata.tables.values() for line in _relations(table)})
    return "\n".join([*lines, "```"])


def _area(name: str) -> str:
    mappers = _mappers(name)
    docstring = str(sys.modules[f"homesec.store.tables.{name}"].__doc__).strip()
    lines = [f"## {name.capitalize()}", "", docstring, "", "```mermaid", "erDiagram"]
    for mapper in mappers:
        lines += _entity(_table(mapper))
    lines += [f"  {line}" for mapper in mappers for line in _relations(_table(mapper))]
    lines += ["```", ""]
    for mapper in mappers:
        lines += _described(mapper)
    return "\n".join(lines)


def _mappers(area: str) -> list[Mapper[object]]:
    """The tables of a module, in the order in which it defines them."""
    mappers = [mapper for mapper in Base.registry.mappers if mapper.class_.__module__.endswith(f"tables.{area}")]
    order = list(vars(sys.modules[f"homesec.store.tables.{area}"]))
    return sorted(mappers, key=lambda mapper: order.index(mapper.class_.__name__))


def _table(mapper: Mapper[object]) -> Table:
    table = mapper.local_table
    assert isinstance(table, Table)
    return table


def _purpose(mapper: Mapper[object]) -> str:
    return " ".join(str(mapper.class_.__doc__).split())


def _entity(table: Table) -> Iterator[str]:
    """The keys of a table as a Mermaid entity; all its columns stand in the text."""
    unique = {column.name for key in _uniques(table) for column in key.columns}
    yield f"  {table.name} {{"
    for column in table.columns:
        marks = ["PK"] * column.primary_key + ["FK"] * bool(column.foreign_keys) + ["UK"] * (column.name in unique)
        if marks:
            yield f"    {_type(column)} {column.name} {', '.join(marks)}"
    yield "  }"


def _relations(table: Table) -> Iterator[str]:
    """`parent ||--o{ child : columns`, with o| where there is at most one child, |o where the parent may be missing."""
    alone = [{column.name for column in table.primary_key}]
    alone += [{column.name for column in key.columns} for key in _uniques(table)]
    for key in _foreign_keys(table):
        names = set(key.column_keys)
        parent = "|o" if any(column.nullable for column in key.columns) else "||"
        child = "o|" if names in alone else "o{"
        yield f"{key.referred_table.name} {parent}--{child} {table.name} : {'_and_'.join(key.column_keys)}"


def _described(mapper: Mapper[object]) -> Iterator[str]:
    table = _table(mapper)
    yield from (f"### {table.name}", "", _purpose(mapper), "")
    yield from ("| column | type | null | default | |", "|---|---|---|---|---|")
    for column in table.columns:
        null = "yes" if column.nullable else ""
        yield f"| {column.name} | {_type(column)} | {null} | {_code(_default(column))} | {column.comment or ''} |"
    yield ""
    yield f"* Primary key: {_names(table.primary_key.columns)}"
    for unique in _uniques(table):
        nulls = unique.dialect_options["postgresql"]["nulls_not_distinct"]
        yield f"* Unique: {_names(unique.columns)}{' (no value counts as a value)' if nulls else ''}"
    for key in _foreign_keys(table):
        target = ", ".join(str(element.target_fullname) for element in key.elements)
        yield f"* Foreign key: {_names(key.columns)} → {target}, on delete {str(key.ondelete).lower()}"
    for check in _checks(table):
        yield f"* Check: {_code(str(check.sqltext))}"
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        yield f"* Index `{index.name}`: {_code(_index(index))}"
    yield ""


def _uniques(table: Table) -> list[UniqueConstraint]:
    found = [key for key in table.constraints if isinstance(key, UniqueConstraint)]
    return sorted(found, key=lambda key: str(key.name))


def _checks(table: Table) -> list[CheckConstraint]:
    found = [check for check in table.constraints if isinstance(check, CheckConstraint)]
    return sorted(found, key=lambda check: str(check.name))


def _foreign_keys(table: Table) -> list[ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda key: list(key.column_keys))


def _type(column: Column[object]) -> str:
    full = column.type.compile(_DIALECT).lower()
    for long, short in _SHORT_TYPES.items():
        full = full.replace(long, short)
    return full


def _default(column: Column[object]) -> str:
    if column.identity is not None:
        return "identity"
    default = column.server_default
    return str(getattr(getattr(default, "arg", None), "text", getattr(default, "arg", ""))) if default else ""


def _index(index: Index) -> str:
    statement = str(CreateIndex(index).compile(dialect=_DIALECT))
    unique = "UNIQUE " if index.unique else ""
    return unique + re.sub(r"^CREATE (UNIQUE )?INDEX \S+ ON \S+ (USING )?", "", " ".join(statement.split()))


def _names(columns: Iterable[Column[object]]) -> str:
    return ", ".join(column.name for column in columns)


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|") if text else ""


def _redis() -> str:
    lines = ["| key | type | lasts | holds |", "|---|---|---|---|"]
    lines += [f"| `{key.name}` | {key.kind} | {key.lasts} | {key.what} |" for key in KEYS]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(document())
