"""What is known of a batch beyond its detections, and how much of it was judged."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COLUMNS = (
    ("senses_revision", "Raised by all that is learned of it beyond its detections"),
    ("judged_senses", "The senses_revision that its event was judged with"),
)
_GROWN = "analysed_revision < revision"


def upgrade() -> None:
    for name, comment in _COLUMNS:
        column = sa.Column(name, sa.Integer(), server_default="0", nullable=False, comment=comment)
        op.add_column("batches", column)
    op.create_check_constraint(op.f("ck_batches_judged_senses_not_negative"), "batches", "judged_senses >= 0")
    op.create_check_constraint(op.f("ck_batches_senses"), "batches", "judged_senses <= senses_revision")
    _index(f"eventful AND ({_GROWN} OR judged_senses < senses_revision)")


def downgrade() -> None:
    _index(f"eventful AND {_GROWN}")
    for name, _ in _COLUMNS:
        op.drop_column("batches", name)


def _index(condition: str) -> None:
    op.drop_index("ix_batches_unanalysed", table_name="batches")
    op.create_index("ix_batches_unanalysed", "batches", ["id"], postgresql_where=sa.text(condition))
