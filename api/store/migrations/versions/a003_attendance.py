"""Attendance marks, which are only ever added to, and the authorisations of patients."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.columns import Json, Moment

revision = "a003"
down_revision = "a002"

Sequence = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "attendance_mark",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("clinic_id", sa.String(64), nullable=False),
        sa.Column("patient_id", sa.String(64), nullable=False),
        sa.Column("week_start", sa.String(10), nullable=False),
        sa.Column("timetable_id", sa.String(64), nullable=False),
        sa.Column("session_type", sa.String(64), nullable=False),
        sa.Column("start", sa.String(16), nullable=False),
        sa.Column("mark", sa.String(16)),
        sa.Column("minutes", sa.Integer()),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name="fk_attendance_mark_clinic_id_patient_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attendance_mark"),
        sqlite_autoincrement=True,
    )
    for column in ("week_start", "patient_id"):
        op.create_index(f"ix_attendance_mark_clinic_id_{column}", "attendance_mark", ["clinic_id", column])
    op.add_column("patient", sa.Column("authorizations", Json, nullable=False, server_default="[]"))
    op.add_column(
        "patient", sa.Column("authorizations_version", sa.Integer(), nullable=False, server_default="0")
    )
    _append_only()


def _append_only() -> None:
    """A mark is corrected by another one. Marks are deleted with their patient, or when kept long enough."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER attendance_mark_update BEFORE UPDATE ON attendance_mark "
            "BEGIN SELECT RAISE(ABORT, 'attendance marks are append-only'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION attendance_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'attendance marks are append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER attendance_mark_update BEFORE UPDATE ON attendance_mark "
        "FOR EACH ROW EXECUTE FUNCTION attendance_append_only()"
    )
