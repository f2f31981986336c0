"""`facilitators`: one distinct clinician per facilitator entry of the type, in the order of the entries.

- `credentials`: any one of them is enough; `[]`, or none given, is anyone.
- `{"primary": true}` alone: only a clinician who is the primary of every patient of the session.
- `primary` with credentials: the primary of every patient, or a holder of one of them.
- While the primary is on `time_off`, those in their `covered_by` count as the primary.
- An empty list of entries is a session led by nobody: no clinician may be put on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from scheduler.calendar import Interval, overlaps_any
from scheduler.finding import Finding, Words
from scheduler.problem import Clinician, Facilitator, Patient
from scheduler.rules.facts import Facts, Held
from scheduler.setting import Setting
from scheduler.timetable import Reason

NAME: Final = "facilitators"
SHAPE: Final = "mask"

COUNT: Final = Words(
    "facilitator_count", "it has the wrong number of clinicians: {given} instead of {needed}"
)
TWICE: Final = Words("facilitator_twice", "its clinicians are not distinct: {clinicians}")
UNCREDENTIALED: Final = Words("lacks_credential", "clinician {clinician} holds none of {credentials}")
NOT_PRIMARY: Final = Words(
    "not_primary", "clinician {clinician} is not the primary clinician of every patient"
)
NEITHER: Final = Words(
    "neither_primary_nor_credential",
    "clinician {clinician} is not the primary clinician of every patient and holds none of {credentials}",
)
NOBODY: Final = Words("credential", "{what} needs {wanted}, and there is nobody")


def counts_as_primary(setting: Setting, clinician: Clinician, patient: Patient, interval: Interval) -> bool:
    """Their own primary clinician, or one who covers them during a time off that the session overlaps."""
    own = setting.clinicians.get(patient.primary_clinician or "")
    if own is None or own.id == clinician.id:
        return own is not None
    return clinician.id in own.covered_by and overlaps_any(interval, setting.calendar.time_off[own.id])


def bars(
    setting: Setting,
    entry: Facilitator,
    clinician: Clinician,
    patients: Sequence[Patient],
    interval: Interval,
) -> Reason | None:
    """Why the clinician cannot fill the entry for these patients."""
    wanted = entry.credentials or ()
    if any(credential in wanted for credential in clinician.credentials) or not (wanted or entry.primary):
        return None
    if not entry.primary:
        return UNCREDENTIALED.reason(clinician=clinician.id, credentials=list(wanted))
    if all(counts_as_primary(setting, clinician, p, interval) for p in patients):
        return None
    if wanted:
        return NEITHER.reason(clinician=clinician.id, credentials=list(wanted))
    return NOT_PRIMARY.reason(clinician=clinician.id)


def check(facts: Facts) -> Iterator[Finding]:
    for session in facts.sessions:
        for reason in _faults(facts.setting, session):
            yield session.broken(NAME, reason)


def _faults(setting: Setting, session: Held) -> Iterator[Reason]:
    entries, clinicians = session.type.facilitators, session.clinicians
    if len(entries) != len(clinicians):
        yield COUNT.reason(needed=len(entries), given=len(clinicians))
    if len(set(clinicians)) < len(clinicians):
        yield TWICE.reason(clinicians=list(clinicians))
    patients = [setting.patients[p] for p in session.patients]
    for entry, clinician in zip(entries, clinicians, strict=False):
        if reason := bars(setting, entry, setting.clinicians[clinician], patients, session.interval):
            yield reason
