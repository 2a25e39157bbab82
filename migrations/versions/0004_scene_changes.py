"""Scene changes: small views of pictures, what references were learned from, and when a change is over."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "scene_views",
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("frame_no", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False, comment="Event time"),
        sa.Column("light", sa.String(), nullable=False),
        sa.Column("grey", sa.LargeBinary(), nullable=False, comment="64 x 36 bytes, row by row"),
        sa.CheckConstraint("light IN ('day', 'infrared')", name=op.f("ck_scene_views_light")),
        sa.CheckConstraint("octet_length(grey) = 2304", name=op.f("ck_scene_views_grey_length")),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name=op.f("fk_scene_views_upload_id_uploads"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "frame_no", name=op.f("pk_scene_views")),
    )
    # Rows live for a second: compressing them would cost more than it saves.
    op.execute("ALTER TABLE scene_views ALTER COLUMN grey SET STORAGE PLAIN")
    for name, kind, comment in (
        (
            "ended_at",
            sa.DateTime(timezone=True),
            "Event time from which the view was as before, or the new one counted as usual",
        ),
        ("volume", sa.String(), "Disk of the two pictures"),
        ("before_path", sa.String(), "The last picture before it, relative to the media folder"),
    ):
        op.add_column("scene_changes", sa.Column(name, kind, nullable=True, comment=comment))
    op.create_index(
        "ix_scene_changes_lasting",
        "scene_changes",
        ["camera_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.add_column(
        "scene_references",
        sa.Column(
            "state",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="How it was learned, and what is thought of the last pictures",
        ),
    )
    op.alter_column(
        "scene_references",
        "data",
        comment="Directions of the edges in 64 x 36 cells, float16",
        existing_comment="Grey statistics of 64 x 36 cells",
        existing_type=sa.LargeBinary(),
        existing_nullable=False,
    )


def downgrade() -> None:
    op.alter_column(
        "scene_references",
        "data",
        comment="Grey statistics of 64 x 36 cells",
        existing_comment="Directions of the edges in 64 x 36 cells, float16",
        existing_type=sa.LargeBinary(),
        existing_nullable=False,
    )
    op.drop_column("scene_references", "state")
    op.drop_index("ix_scene_changes_lasting", table_name="scene_changes")
    for name in ("before_path", "volume", "ended_at"):
        op.drop_column("scene_changes", name)
    op.drop_table("scene_views")
