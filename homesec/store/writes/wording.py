"""A name taken out of what was written down: by people, by the scorer, by an LLM, by the parts of the system."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Text, cast, func, or_, select, tuple_, update

from homesec.store.base import Base
from homesec.store.tables.core import SEARCH_CONFIG
from homesec.store.writes.unit import Outcome

SOMEONE = "someone"
FREE_TEXT: Mapping[str, tuple[str, ...]] = {
    "events": ("summary", "reasoning", "notes"),
    "event_audits": ("evidence", "models", "prompt", "answer", "quality", "critique"),
    "event_feedback": ("notes", "actual_identity"),
    "alerts": ("metadata",),
    "notification_deliveries": ("error",),
    "zone_anomalies": ("title", "description"),
    "zone_household_configs": ("access_schedules",),
    "known_persons": ("notes",),
    "household_members": ("notes",),
    "registered_vehicles": ("description",),
    "entities": ("name", "entity_metadata"),
    "detections": ("enrichment_data",),
    "jobs": ("params", "current_step", "checkpoint", "result", "error"),
    "logs": ("message", "extra"),
    "idempotency_keys": ("body",),
}
"""Columns with sentences or the owner's words. The log of changes holds ids only, and its chain is not cut."""
_INDEXED: Mapping[str, Any] = {
    "events": lambda row: func.to_tsvector(
        SEARCH_CONFIG,
        func.concat_ws(
            " ", row.summary, row.reasoning, func.array_to_string(row.object_types, " "),
            select(Base.metadata.tables["cameras"].c.name)
            .where(Base.metadata.tables["cameras"].c.id == row.camera_id).scalar_subquery(),
        ),
    ),
    "logs": lambda row: func.to_tsvector(SEARCH_CONFIG, row.message),
}  # fmt: skip
"""How the words of a table are made searchable."""


@dataclass(frozen=True)
class Name:
    """The words of a name that mean this person: all of it, and each word of it that is no other known person's."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, name: str, others: Sequence[str]) -> "Name":
        theirs = {word.casefold() for other in others for word in other.split()}
        parts = [part for part in name.split() if part.casefold() not in theirs and len(part) > 1]
        return cls(tuple(dict.fromkeys((name.strip(), *parts))))

    @property
    def rough(self) -> str:
        """A POSIX expression that finds every place, and some that only look like one."""
        forms = {form for word in self.words for form in (word, _in_json(word))}
        return "|".join(re.sub(r"([^\w\s])", r"\\\1", form) for form in sorted(forms, key=len, reverse=True))

    def taken_from(self, value: Any) -> Any:
        """The value with `someone` in the place of the name, whole words only, in all strings within it."""
        if isinstance(value, str):
            return self._expression().sub(SOMEONE, value)
        if isinstance(value, dict):
            return {self.taken_from(key): self.taken_from(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.taken_from(inner) for inner in value]
        return value

    def _expression(self) -> re.Pattern[str]:
        words = "|".join(re.escape(word) for word in sorted(self.words, key=len, reverse=True))
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)


@dataclass(frozen=True)
class EraseName:
    """Take a name out of some rows of a table. Result: how many changed."""

    table: str
    keys: tuple[tuple[Any, ...], ...]
    """Their primary keys."""
    name: Name

    def apply(self, connection: Connection) -> Outcome:
        table = Base.metadata.tables[self.table]
        names, primary = FREE_TEXT[self.table], list(table.primary_key)
        found = connection.execute(
            select(*primary, *(table.c[name] for name in names))
            .where(tuple_(*primary).in_(self.keys)).order_by(*primary).with_for_update()
        ).mappings()  # fmt: skip
        changed = 0
        for row in found.all():
            new = {name: taken for name in names if (taken := self.name.taken_from(row[name])) != row[name]}
            if new:
                is_this = [column == row[column.name] for column in primary]
                connection.execute(update(table).where(*is_this).values(new))
                if self.table in _INDEXED:
                    vector = _INDEXED[self.table](table.c)
                    connection.execute(update(table).where(*is_this).values(search_vector=vector))
                if self.table == "events":  # the meaning of a text that held the name; made anew of the new one
                    forgotten = {"embedding": None, "embedding_model": None, "embedded_revision": None}
                    connection.execute(update(table).where(*is_this).values(forgotten))
                changed += 1
        return Outcome(changed)


def holding(table_name: str, name: Name) -> Any:
    """The statement that finds the primary keys of rows in which the name may stand."""
    table = Base.metadata.tables[table_name]
    columns = [table.c[column] for column in FREE_TEXT[table_name]]
    return select(*table.primary_key).where(or_(*(cast(column, Text).op("~*")(name.rough) for column in columns)))


def _in_json(word: str) -> str:
    """The word as the text form of JSON has it."""
    return word.replace("\\", "\\\\").replace('"', '\\"')
