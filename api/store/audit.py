"""Sealing the audit log into hash chains, one a clinic, and checking them.

Link n of a chain is SHA-256 over link n − 1 and the entry's canonical JSON. Changing, inserting or removing a
sealed entry breaks every later link. Cutting off the newest links leaves a shorter chain that is whole in
itself: keep a printed head somewhere else and compare.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, select, text
from sqlalchemy.orm import Session

from api.store.columns import now
from api.store.models import AuditEntry, AuditSeal

FIRST_LINK = "0" * 64
# Entries commit out of the order of their ids; after this long none with a lower id can still appear.
SETTLED = timedelta(minutes=15)
BATCH = 5_000
_SEALING_LOCK = 4_217_001  # names the PostgreSQL advisory lock: one node seals at a time
RETAINED = "audit.retention"


def link(previous: str, entry: AuditEntry) -> str:
    """The hash of one entry on top of the chain so far."""
    values = {
        "id": entry.id,
        "at": entry.at.isoformat(timespec="microseconds"),
        "clinic_id": entry.clinic_id,
        "actor": entry.actor,
        "action": entry.action,
        "patients": entry.patients,
        "timetable_id": entry.timetable_id,
        "source": entry.source,
        "request_id": entry.request_id,
        "details": entry.details,
    }
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def seal(session: Session, floor: int = 0) -> int:
    """Seal every open entry with an id above `floor`; the answer is the floor for the next call."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _SEALING_LOCK})
    heads: dict[str, tuple[int, str]] = {}
    while batch := _open_entries(session, floor):
        for entry in batch:
            chain = entry.clinic_id or ""
            position, previous = heads.get(chain) or _head(session, chain)
            heads[chain] = (position + 1, link(previous, entry))
            session.add(
                AuditSeal(chain=chain, position=position + 1, entry_id=entry.id, hash=heads[chain][1])
            )
        session.flush()
        session.expunge_all()
    settled = session.scalar(select(func.max(AuditEntry.id)).where(AuditEntry.at < now() - SETTLED))
    return max(floor, settled or 0)


def _open_entries(session: Session, floor: int) -> Sequence[AuditEntry]:
    sealed = select(AuditSeal.entry_id).where(AuditSeal.entry_id == AuditEntry.id).exists()
    return session.scalars(
        select(AuditEntry).where(AuditEntry.id > floor, ~sealed).order_by(AuditEntry.id).limit(BATCH)
    ).all()


def _head(session: Session, chain: str) -> tuple[int, str]:
    last = session.execute(
        select(AuditSeal.position, AuditSeal.hash)
        .where(AuditSeal.chain == chain)
        .order_by(AuditSeal.position.desc())
        .limit(1)
    ).first()
    return (last.position, last.hash) if last else (0, FIRST_LINK)


@dataclass(frozen=True, slots=True)
class ChainState:
    """What checking one chain found; `broken_at` is the first position that is not what was sealed."""

    chain: str
    sealed: int
    open: int
    retired: int
    head: str
    broken_at: int | None
    fault: str


def verify(session: Session) -> list[ChainState]:
    """Every chain, link by link."""
    clinics = session.scalars(select(AuditEntry.clinic_id).distinct()).all()
    chains = {c or "" for c in clinics} | set(session.scalars(select(AuditSeal.chain).distinct()).all())
    return [_verify_chain(session, chain) for chain in sorted(chains)]


def _verify_chain(session: Session, chain: str) -> ChainState:
    retired_through = _retired_through(session, chain)
    previous, sealed, retired = FIRST_LINK, 0, 0
    broken_at, fault = None, ""
    for expected, (seal_row, entry) in enumerate(_links(session, chain), start=1):
        fault = _fault(seal_row, entry, expected, previous, chain, retired_through)
        if fault:
            broken_at = expected
            break
        previous, sealed = seal_row.hash, sealed + 1
        retired += entry is None
    return ChainState(chain, sealed, _count_open(session, chain), retired, previous, broken_at, fault)


def _fault(
    seal_row: AuditSeal,
    entry: AuditEntry | None,
    expected: int,
    previous: str,
    chain: str,
    retired_through: int,
) -> str:
    if seal_row.position != expected:
        return "a link is missing"
    if entry is None:
        # What retention deleted leaves its link; the link's own hash carries the chain on.
        return "" if expected <= retired_through else "a sealed entry is missing"
    if (entry.clinic_id or "") != chain or link(previous, entry) != seal_row.hash:
        return "an entry differs from what was sealed"
    return ""


def _links(session: Session, chain: str) -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    rows = session.execute(
        select(AuditSeal, AuditEntry)
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .where(AuditSeal.chain == chain)
        .order_by(AuditSeal.position)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        yield row[0], row[1]


def _count_open(session: Session, chain: str) -> int:
    sealed = select(AuditSeal.entry_id).where(AuditSeal.entry_id == AuditEntry.id).exists()
    own = AuditEntry.clinic_id == chain if chain else AuditEntry.clinic_id.is_(None)
    return session.scalar(select(func.count()).select_from(AuditEntry).where(own, ~sealed)) or 0


def _retired_through(session: Session, chain: str) -> int:
    """How far retention has deleted a chain, by its own entries in the log."""
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == RETAINED)).all()
    return max((e.details["through"].get(chain, 0) for e in entries), default=0)


def retire(session: Session, before: datetime) -> dict[str, int]:
    """Delete sealed entries older than `before`, oldest first; per chain, the position deleted through."""
    old = and_(AuditSeal.entry_id == AuditEntry.id, AuditEntry.at < before)
    rows = session.execute(
        select(AuditSeal.chain, func.max(AuditSeal.position)).join(AuditEntry, old).group_by(AuditSeal.chain)
    )
    through = {row[0]: row[1] for row in rows}
    for chain, position in through.items():
        ids = select(AuditSeal.entry_id).where(AuditSeal.chain == chain, AuditSeal.position <= position)
        session.execute(delete(AuditEntry).where(AuditEntry.id.in_(ids), AuditEntry.at < before))
    return through


def entries(
    session: Session,
    clinic_id: str | None = None,
    patient_id: str | None = None,
    after: int = 0,
    limit: int = 1000,
) -> list[AuditEntry]:
    """Entries in order; for one patient, those that name them alone or among others."""
    found: list[AuditEntry] = []
    while len(found) < limit:
        query = select(AuditEntry).where(AuditEntry.id > after).order_by(AuditEntry.id).limit(BATCH)
        if clinic_id is not None:
            query = query.where(AuditEntry.clinic_id == clinic_id)
        batch = session.scalars(query).all()
        if not batch:
            break
        found += [e for e in batch if patient_id is None or patient_id in e.patients]
        after = batch[-1].id
    return found[:limit]


def holds(session: Session, head: str) -> bool:
    """Whether a link noted earlier is still part of a chain."""
    return session.scalar(select(func.count()).select_from(AuditSeal).where(AuditSeal.hash == head)) != 0
