"""Leases of running jobs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "jobs",
        sa.Column(
            "lease_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="A running job's runner is dead after this moment",
        ),
    )
    op.alter_column("jobs", "attempts", comment="How often it was taken; tells one runner from the next")
    op.create_check_constraint(op.f("ck_jobs_lease"), "jobs", "(status = 'running') = (lease_until IS NOT NULL)")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_jobs_lease"), "jobs", type_="check")
    op.alter_column("jobs", "attempts", comment=None)
    op.drop_column("jobs", "lease_until")
