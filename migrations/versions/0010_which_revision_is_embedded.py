"""Which revision of an event its vector is of."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "events",
        sa.Column(
            "embedded_revision", sa.Integer(), nullable=True, comment="The revision of which embedding is; null: due"
        ),
    )
    op.create_index(
        "ix_events_unembedded",
        "events",
        ["id"],
        postgresql_where=sa.text("embedded_revision IS DISTINCT FROM revision"),
    )


def downgrade() -> None:
    op.drop_index("ix_events_unembedded", table_name="events")
    op.drop_column("events", "embedded_revision")
