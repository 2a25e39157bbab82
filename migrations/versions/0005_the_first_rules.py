"""The first two rules of alerts. They are the owner's from then on: what is deleted stays deleted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_LOOK, _DANGER = "Worth a look", "Danger"


def upgrade() -> None:
    op.execute(
        sa.text(
            "INSERT INTO alert_rules (name, description, severity, risk_threshold) VALUES "
            "(:look, 'Any camera, from a score of 60 on', 'high', 60), "
            "(:danger, 'Any camera, from a score of 85 on', 'critical', 85) ON CONFLICT (name) DO NOTHING"
        ).bindparams(look=_LOOK, danger=_DANGER)
    )


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM alert_rules WHERE name IN (:look, :danger)").bindparams(look=_LOOK, danger=_DANGER))
