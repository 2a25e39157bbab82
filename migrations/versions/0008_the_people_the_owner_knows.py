"""The people the owner knows: erasures, where crops lie, and which faces the owner named."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False, comment="Of a row that is gone, so no key"),
        sa.Column(
            "person_created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="With the id it tells a person from a later one",
        ),
        sa.Column(
            "hashes",
            postgresql.ARRAY(sa.LargeBinary()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="sha256 of the float32 bytes of each erased vector",
        ),
        sa.Column(
            "crops",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
            comment="[[volume, name]] of crops that are still to be removed",
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("person_id", "person_created_at", name=op.f("uq_erasures_person_id_person_created_at")),
    )
    op.add_column(
        "known_persons",
        sa.Column(
            "erasing_since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Nobody is known by it any more; the name is only kept until it is erased everywhere else",
        ),
    )
    op.add_column("face_embeddings", sa.Column("volume", sa.String(), nullable=True, comment="Disk of the crop"))
    op.add_column(
        "person_embeddings",
        sa.Column("source_path", sa.String(), nullable=True, comment="The crop, relative to the media folder"),
    )
    op.add_column("person_embeddings", sa.Column("volume", sa.String(), nullable=True, comment="Disk of the crop"))
    op.add_column(
        "face_detection_events",
        sa.Column(
            "by_owner",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="The owner said who it is, or is not: no matching changes it",
        ),
    )


def downgrade() -> None:
    op.drop_column("face_detection_events", "by_owner")
    op.drop_column("person_embeddings", "volume")
    op.drop_column("person_embeddings", "source_path")
    op.drop_column("face_embeddings", "volume")
    op.drop_column("known_persons", "erasing_since")
    op.drop_table("erasures")
