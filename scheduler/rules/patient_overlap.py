"""`patient_overlap`: a patient is in one place at a time; sessions back to back are fine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts, colliding

NAME: Final = "patient_overlap"
SHAPE: Final = "exclusive"

OVERLAP: Final = Words("patient_overlap", "patient {patient} is in {earlier} and in {later} at once")


def check(facts: Facts) -> Iterator[Finding]:
    for patient, sessions in facts.by_patient.items():
        for a, b in colliding(sessions):
            yield OVERLAP.finding(
                NAME, patient, (a.id, b.id), patient=patient, earlier=a.label, later=b.label
            )
