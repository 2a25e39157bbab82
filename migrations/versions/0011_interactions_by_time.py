"""Interactions are read newest first, page by page."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_object_interactions_at", "object_interactions", [sa.text("at DESC"), sa.text("id DESC")])
    op.drop_index("ix_object_interactions_at_brin", table_name="object_interactions")


def downgrade() -> None:
    op.create_index("ix_object_interactions_at_brin", "object_interactions", ["at"], postgresql_using="brin")
    op.drop_index("ix_object_interactions_at", table_name="object_interactions")
