"""How far a batch is enriched."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "batches",
        sa.Column(
            "enriched_revision",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="To this revision further models have looked at all they were to look at",
        ),
    )
    op.create_check_constraint(op.f("ck_batches_enriched"), "batches", "enriched_revision <= revision")
    op.create_check_constraint(
        op.f("ck_batches_enriched_revision_not_negative"), "batches", "enriched_revision >= 0"
    )
    op.create_index(
        "ix_batches_unenriched",
        "batches",
        [sa.literal_column("last_at DESC"), sa.literal_column("id DESC")],
        postgresql_where=sa.text("eventful AND enriched_revision < revision"),
    )


def downgrade() -> None:
    op.drop_index("ix_batches_unenriched", table_name="batches")
    op.drop_column("batches", "enriched_revision")
