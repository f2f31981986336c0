"""The first tables, and triggers that keep the audit log append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.columns import Json, Moment

revision = "a001"
down_revision = None

Sequence = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _clinics()
    _timetables()
    _access()
    _audit()
    _append_only()


def _clinics() -> None:
    op.create_table(
        "clinic",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("cohorts", Json, nullable=False),
        sa.Column("cohorts_version", sa.Integer(), nullable=False),
        sa.Column("apart", Json, nullable=False),
        sa.Column("apart_version", sa.Integer(), nullable=False),
        sa.Column("patients_version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clinic"),
    )
    op.create_table(
        "patient",
        sa.Column("clinic_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("display_name", sa.Text()),
        sa.Column("document", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name="fk_patient_clinic_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name="pk_patient"),
    )


def _timetables() -> None:
    op.create_table(
        "timetable",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("clinic_id", sa.String(64)),
        sa.Column("lane", sa.String(128), nullable=False),
        sa.Column("owner", sa.String(128), nullable=False),
        sa.Column("parent_id", sa.String(64)),
        sa.Column("week_start", sa.String(10), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(128)),
        sa.Column("heartbeat_at", Moment()),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("problem", Json),
        sa.Column("options", Json, nullable=False),
        sa.Column("result", Json),
        sa.Column("error", Json),
        sa.Column("best", sa.BigInteger()),
        sa.Column("bound", sa.BigInteger()),
        sa.Column("gap", sa.Double()),
        sa.Column("seconds", sa.Double()),
        sa.Column("patients_short", sa.Integer()),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("accepted", Json),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("started_at", Moment()),
        sa.Column("finished_at", Moment()),
        sa.Column("published_at", Moment()),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name="fk_timetable_clinic_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_timetable"),
    )
    op.create_index("ix_timetable_status_created_at", "timetable", ["status", "created_at"])
    op.create_index("ix_timetable_lane_status", "timetable", ["lane", "status"])
    op.create_index("ix_timetable_lane_started_at", "timetable", ["lane", "started_at"])
    op.create_index("ix_timetable_clinic_id_week_start", "timetable", ["clinic_id", "week_start"])
    published = sa.text("status = 'published'")
    op.create_index(
        "uq_timetable_published",
        "timetable",
        ["clinic_id", "week_start"],
        unique=True,
        sqlite_where=published,
        postgresql_where=published,
    )
    op.create_table(
        "timetable_event",
        sa.Column("timetable_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["timetable_id"], ["timetable.id"], name="fk_timetable_event_timetable_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("timetable_id", "seq", name="pk_timetable_event"),
    )
    op.create_table(
        "idempotency",
        sa.Column("owner", sa.String(128), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("timetable_id", sa.String(64), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key_hash", name="pk_idempotency"),
    )


def _access() -> None:
    op.create_table(
        "api_key",
        sa.Column("prefix", sa.String(32), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("clinics", Json),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment()),
        sa.Column("revoked_at", Moment()),
        sa.PrimaryKeyConstraint("prefix", name="pk_api_key"),
    )
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("key_prefix", sa.String(32), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_prefix"], ["api_key.prefix"], name="fk_sign_in_key_prefix", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in"),
    )


def _audit() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("clinic_id", sa.String(64)),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("patients", Json, nullable=False),
        sa.Column("timetable_id", sa.String(64)),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entry_clinic_id_id", "audit_entry", ["clinic_id", "id"])
    op.create_table(
        "audit_seal",
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("position", Sequence, autoincrement=False, nullable=False),
        sa.Column("entry_id", Sequence, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("chain", "position", name="pk_audit_seal"),
        sa.UniqueConstraint("entry_id", name="uq_audit_seal_entry_id"),
    )


def _append_only() -> None:
    """Nobody changes an entry, this program included; what is older than six years may be deleted."""
    if op.get_bind().dialect.name == "sqlite":
        refuse = "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        op.execute(f"CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry {refuse}")
        op.execute(
            "CREATE TRIGGER audit_entry_delete BEFORE DELETE ON audit_entry "
            f"WHEN OLD.at > datetime('now', '-6 years') {refuse}"
        )
        op.execute(f"CREATE TRIGGER audit_seal_update BEFORE UPDATE ON audit_seal {refuse}")
        return
    op.execute(
        "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION audit_append_only()"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_delete BEFORE DELETE ON audit_entry "
        "FOR EACH ROW WHEN (OLD.at > now() - interval '6 years') EXECUTE FUNCTION audit_append_only()"
    )
    op.execute(
        "CREATE TRIGGER audit_seal_update BEFORE UPDATE ON audit_seal "
        "FOR EACH ROW EXECUTE FUNCTION audit_append_only()"
    )
