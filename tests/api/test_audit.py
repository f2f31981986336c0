"""The audit log: complete, append-only, sealed, and free of what it must not hold."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from api import examples
from api.store import audit
from api.store.database import Sessions, open_database
from api.store.models import AuditEntry, AuditSeal
from tests.api.databases import upgraded
from tests.api.door import Door

OLD = datetime.now(UTC) - timedelta(days=366 * 7)


def entries(door: Door, clinic: str, patient: str | None = None) -> list[AuditEntry]:
    door.service.audit.flush()
    with door.service.sessions.read() as session:
        return audit.entries(session, clinic.rsplit("/", 1)[1], patient, limit=10_000)


def actions(door: Door, clinic: str, patient: str | None = None) -> list[str]:
    return [entry.action for entry in entries(door, clinic, patient)]


# -- what is in it ------------------------------------------------------------------------------------------


def test_every_read_and_change_of_a_patient_is_there_with_who_and_from_where(either_door: Door) -> None:
    clinic = either_door.clinic(patients=0)
    patient = f"{clinic}/patients/p1"
    either_door.put(patient, examples.PATIENT)
    either_door.get(patient)
    either_door.get(f"{clinic}/patients")
    either_door.get(f"{patient}/commitments")
    either_door.put(f"{patient}/commitments", examples.COMMITMENTS, If_Match="*")
    either_door.delete(patient, If_Match="*")
    found = entries(either_door, clinic, "p1")
    assert sorted(entry.action for entry in found) == [
        "commitments.read",
        "patient.delete",
        "patient.read",
        "patient.write",
        "patient.write",
        "patients.list",
    ]
    assert either_door.key is not None
    assert {e.actor for e in found} == {f"key:{either_door.key.partition('.')[0]}"}
    assert {e.source for e in found} == {"127.0.0.1"}
    assert len({e.request_id for e in found}) == 6


def test_a_timetable_read_names_every_patient_in_it(door: Door) -> None:
    clinic = door.clinic()
    door.get(door.solved(clinic))
    assert actions(door, clinic, "p2").count("timetable.read") == 2  # once when it was waited for


def test_a_bulk_change_names_whom_it_touched_and_nobody_else(door: Door) -> None:
    clinic = door.clinic(patients=3)
    people = [{"id": f"p{n}", "program": "evening-iop", "primary_clinician": "c1"} for n in (1, 2)]
    door.put(f"{clinic}/patients", {"patients": people}, If_Match="*")
    last = [e for e in entries(door, clinic) if e.action == "patients.replace"][-1]
    assert last.patients == ["p3"]
    assert last.details == {"counts": {"added": 0, "changed": 0, "removed": 1}}


def test_a_refused_or_foreign_call_leaves_no_entry(door: Door) -> None:
    clinic = door.clinic(patients=1)
    before = len(entries(door, clinic))
    door.put(f"{clinic}/patients/p1", {"program": "nowhere"}, If_Match="*")
    door.as_("viewer", "elsewhere").get(f"{clinic}/patients/p1")
    door.get(f"{clinic}/patients/nobody")
    assert len(entries(door, clinic)) == before


def test_reads_are_written_within_a_second(door: Door) -> None:
    clinic = door.clinic(patients=1)
    door.get(f"{clinic}/patients/p1")
    until = time.monotonic() + 1.0
    found: list[AuditEntry] = []
    while time.monotonic() < until and not found:
        time.sleep(0.05)
        with door.service.sessions.read() as session:
            listed = audit.entries(session, clinic.rsplit("/", 1)[1], "p1")
        found = [e for e in listed if e.action == "patient.read"]
    assert len(found) == 1


# -- that it stays as it is ---------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgres"])
def sessions(request: pytest.FixtureRequest, tmp_path: Path) -> Sessions:
    """A log of its own: three entries of clinic a, one of b, one of none."""
    if request.param == "sqlite":
        found = open_database(upgraded(f"sqlite:///{tmp_path / 'audit.db'}"))
    else:
        found = open_database(request.getfixturevalue("fresh_postgres_database"))
    for clinic in ("a", "b", "a", None, "a"):
        add(found, clinic)
    return found


def add(sessions: Sessions, clinic: str | None, at: datetime | None = None) -> None:
    with sessions.write() as session:
        entry = AuditEntry(clinic_id=clinic, actor="key:x", action="patient.read", patients=["p1"])
        entry.source, entry.request_id, entry.details = "127.0.0.1", "r", {"fields": ["ü"]}
        if at is not None:
            entry.at = at
        session.add(entry)


def seal(sessions: Sessions) -> None:
    with sessions.write() as session:
        audit.seal(session)


def states(sessions: Sessions) -> dict[str, audit.ChainState]:
    with sessions.read() as session:
        return {state.chain: state for state in audit.verify(session)}


def test_the_database_refuses_to_change_or_delete_an_entry(sessions: Sessions) -> None:
    seal(sessions)
    for statement in (
        update(AuditEntry).values(actor="key:other"),
        delete(AuditEntry),
        update(AuditSeal).values(hash="0" * 64),
    ):
        with pytest.raises(DBAPIError, match="append-only"), sessions.write() as session:
            session.execute(statement)


def test_sealing_tells_sealed_from_open_and_can_be_repeated(sessions: Sessions) -> None:
    assert [(s.sealed, s.open) for s in states(sessions).values()] == [(0, 1), (0, 3), (0, 1)]
    seal(sessions)
    seal(sessions)
    add(sessions, "a")
    found = states(sessions)
    assert [(s.chain, s.sealed, s.open) for s in found.values()] == [("", 1, 0), ("a", 3, 1), ("b", 1, 0)]
    seal(sessions)
    assert states(sessions)["a"].sealed == 4
    assert states(sessions)["b"].head == found["b"].head


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ("UPDATE audit_entry SET actor = 'key:other' WHERE id = 3", "an entry differs from what was sealed"),
        ("DELETE FROM audit_entry WHERE id = 3", "a sealed entry is missing"),
        ("DELETE FROM audit_seal WHERE entry_id = 3", "a link is missing"),
        ("UPDATE audit_entry SET clinic_id = 'b' WHERE id = 3", "an entry differs from what was sealed"),
    ],
)
def test_who_gets_around_the_database_is_found_out(sessions: Sessions, tampering: str, fault: str) -> None:
    seal(sessions)
    with sessions.write() as session:
        if sessions.sqlite:
            for trigger in ("audit_entry_update", "audit_entry_delete"):
                session.execute(text(f"DROP TRIGGER {trigger}"))
        else:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(tampering))
    found = states(sessions)
    assert (found["a"].broken_at, found["a"].fault) == (2, fault)
    assert found["b"].broken_at is None


def test_a_head_noted_earlier_shows_that_newer_entries_were_cut_off(sessions: Sessions) -> None:
    seal(sessions)
    head = states(sessions)["a"].head
    with sessions.read() as session:
        assert audit.holds(session, head)
    with sessions.write() as session:
        session.execute(delete(AuditSeal).where(AuditSeal.hash == head))
    with sessions.read() as session:
        assert not audit.holds(session, head)


def test_what_retention_deletes_leaves_the_chain_whole(sessions: Sessions) -> None:
    for _ in range(2):
        add(sessions, "old", at=OLD)
    add(sessions, "old")
    seal(sessions)
    with sessions.write() as session:
        through = audit.retire(session, datetime.now(UTC) - timedelta(days=366 * 6))
        session.add(
            AuditEntry(
                actor="local", action=audit.RETAINED, source="", request_id="", details={"through": through}
            )
        )
    assert through == {"old": 2}
    found = states(sessions)["old"]
    assert (found.sealed, found.retired, found.broken_at) == (3, 2, None)
