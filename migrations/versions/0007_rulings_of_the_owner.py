"""Rulings of the owner: which look is which entity, and which never is."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import Vector

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "entity_rulings",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("track_id", sa.BigInteger(), nullable=True),
        sa.Column("embedding", Vector(), nullable=True, comment="The look that was ruled on"),
        sa.Column("embedding_model", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False, comment="As in the log of changes"),
        sa.CheckConstraint("kind IN ('same', 'different')", name=op.f("ck_entity_rulings_kind")),
        sa.CheckConstraint(
            "(embedding IS NULL) = (embedding_model IS NULL)", name=op.f("ck_entity_rulings_embedding_model")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_entity_rulings_entity_id_entities"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_entity_rulings_track_id_tracks"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity_rulings")),
    )
    for column in ("entity_id", "track_id"):
        op.create_index(op.f(f"ix_entity_rulings_{column}"), "entity_rulings", [column])
    op.alter_column(
        "entities",
        "entity_metadata",
        comment="Cameras, colours, plate, visits, ties",
        existing_comment="Cameras, colours, plate",
    )


def downgrade() -> None:
    op.alter_column(
        "entities",
        "entity_metadata",
        comment="Cameras, colours, plate",
        existing_comment="Cameras, colours, plate, visits, ties",
    )
    op.drop_table("entity_rulings")
