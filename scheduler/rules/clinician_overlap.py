"""`clinician_overlap`: a clinician's session plus their buffer never reaches their next session.

The buffer is kept free after each session they lead or co-lead. A session may start in the minute in which
the buffer of the one before ends, and midnight is no exception.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts, colliding

NAME: Final = "clinician_overlap"
SHAPE: Final = "exclusive"

OVERLAP: Final = Words("clinician_overlap", "clinician {clinician}: {earlier} reaches into {later}")
BUFFER: Final = Words(
    "clinician_buffer", "clinician {clinician}: {earlier} and {minutes} minutes of buffer reach into {later}"
)

NOT_TOGETHER: Final = Words(
    "not_together",
    "each session that is missing could be held now, but not beside the patient's others: the clinicians and "
    "rooms that are free do not suffice for all of them",
)
ENGAGED: Final = Words(
    "clinician_busy",
    "{what} needs {who}: leading other sessions at {barred} of the {starts} times that fit the patient{rest}",
)


def check(facts: Facts) -> Iterator[Finding]:
    for clinician, sessions in facts.by_clinician.items():
        buffer = facts.setting.clinicians[clinician].buffer_minutes
        for a, b in colliding(sessions, buffer):
            words = OVERLAP if a.end > b.start else BUFFER
            yield words.finding(
                NAME,
                clinician,
                (a.id, b.id),
                clinician=clinician,
                earlier=a.label,
                later=b.label,
                minutes=buffer,
            )
