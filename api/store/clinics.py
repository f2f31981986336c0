"""Clinics and their people: found, listed, changed. Every change grows the clinic's `revision`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api.store.columns import now
from api.store.models import Clinic, Patient, Timetable
from api.store.timetables import UNFINISHED


def clinic(session: Session, clinic_id: str, lock: bool = False) -> Clinic | None:
    """The clinic's row; `lock` makes other writers of the clinic wait until the commit (PostgreSQL)."""
    return session.get(Clinic, clinic_id, with_for_update=lock or None)


def clinics(session: Session, visible: Iterable[str] | None, after: str, limit: int) -> Sequence[Clinic]:
    query = select(Clinic).where(Clinic.id > after).order_by(Clinic.id).limit(limit)
    if visible is not None:
        query = query.where(Clinic.id.in_(list(visible)))
    return session.scalars(query).all()


def touch(row: Clinic) -> None:
    """Note that something stored for the clinic has changed."""
    row.revision += 1
    row.updated_at = now()


def patient(session: Session, clinic_id: str, patient_id: str) -> Patient | None:
    return session.get(Patient, (clinic_id, patient_id))


def patients(
    session: Session, clinic_id: str, after: str = "", limit: int | None = None
) -> Sequence[Patient]:
    """In the order of their ids, from the one after `after`."""
    query = select(Patient).where(Patient.clinic_id == clinic_id, Patient.id > after).order_by(Patient.id)
    return session.scalars(query.limit(limit) if limit is not None else query).all()


def count_patients(session: Session, clinic_id: str) -> int:
    found = select(func.count()).select_from(Patient).where(Patient.clinic_id == clinic_id)
    return session.scalar(found) or 0


def count_unfinished(session: Session, clinic_id: str) -> int:
    found = select(func.count()).select_from(Timetable)
    return (
        session.scalar(found.where(Timetable.clinic_id == clinic_id, Timetable.status.in_(UNFINISHED))) or 0
    )


def remove_patients(session: Session, clinic_id: str, ids: Sequence[str]) -> None:
    session.execute(delete(Patient).where(Patient.clinic_id == clinic_id, Patient.id.in_(ids)))


def set_patient(row: Patient, document: dict[str, Any], display_name: str | None) -> None:
    row.document = document
    row.display_name = display_name
    row.version += 1
    row.updated_at = now()
