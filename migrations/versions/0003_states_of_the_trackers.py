"""States of the trackers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "tracker_states",
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="Event time of its newest frame"),
        sa.Column(
            "version",
            sa.BigInteger(),
            nullable=False,
            comment="Of the camera's states; raised by every write",
        ),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("jsonb_typeof(state) = 'object'", name=op.f("ck_tracker_states_state")),
        sa.ForeignKeyConstraint(
            ["camera_id"],
            ["cameras.id"],
            name=op.f("fk_tracker_states_camera_id_cameras"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("camera_id", "at", name=op.f("pk_tracker_states")),
    )


def downgrade() -> None:
    op.drop_table("tracker_states")
