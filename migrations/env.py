"""Runs the migrations on the connection that homesec.store.migrate hands over, or compares with it for a new one."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from homesec.errors import MigrationFailed
from homesec.store import tables  # noqa: F401  (fills the metadata)
from homesec.store.base import Base
from homesec.store.migrate import is_ours


def render_item(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """Write pgvector's column type with its import; the rest as Alembic does."""
    if kind == "type" and type(item).__module__.startswith("pgvector."):
        autogen.imports.add("from pgvector.sqlalchemy import Vector")
        return "Vector()"
    return False


connection = context.config.attributes.get("connection")
if connection is None:
    raise MigrationFailed("run `homesec migrate`, or for a new script `python -m homesec.store.new_migration`")
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_name=is_ours,
    render_item=render_item,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
