"""${message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.columns import Json, Moment

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
