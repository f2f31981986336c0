"""The rules and the objective terms, each in a file of its own; adding one is adding it here.

A rule answers `check(facts)` with findings. Rules that bar somebody from a place and time on their own
grounds also answer `bars(setting, …)` with the reason, from which follow the check, a search's masks and
explanations. Flagged rules also count `breaches`, and are reported only for patients they are enforced for.

`SHAPE` is what kind of thing a rule is: `mask` (who or what is barred where and when), `count` (a sum with
bounds), `span` (what lies between first and last), `exclusive` (one at a time), `pair` (together or not),
`demand` (something has to be there: pins).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from scheduler.calendar import Interval
from scheduler.finding import Finding
from scheduler.problem import Patient, SessionType
from scheduler.rules import (
    active,
    apart,
    attended_day,
    audience,
    authorization,
    care_max,
    clinician_availability,
    clinician_break,
    clinician_changed,
    clinician_load,
    clinician_overlap,
    cohort,
    commitment,
    day_care_max,
    day_care_min,
    days_max,
    days_min,
    delivery,
    facilitator_time,
    facilitators,
    gap,
    grid,
    group_daily,
    idle,
    idle_max,
    load_spread,
    max_per_day,
    moved,
    not_preferred,
    patient_overlap,
    pin,
    requirement_max,
    room,
    services_min,
    size,
    soft_commitment,
    unmet_care,
)
from scheduler.rules.breach import Breach
from scheduler.rules.facts import Facts
from scheduler.setting import Setting
from scheduler.timetable import Reason


class Rule(Protocol):
    """What a rule file gives; its docstring is the rule's manual."""

    @property
    def NAME(self) -> str: ...  # noqa: N802
    @property
    def SHAPE(self) -> str: ...  # noqa: N802
    def check(self, facts: Facts) -> Iterator[Finding]: ...


class FlaggedRule(Rule, Protocol):
    def breaches(self, facts: Facts, patient_id: str) -> int: ...


class PatientMask(Rule, Protocol):
    """A rule that bars a patient from a type, or from a type at a time, whatever else is planned."""

    def bars(
        self, setting: Setting, patient: Patient, session_type: SessionType, interval: Interval
    ) -> Reason | None: ...


class Term(Protocol):
    """What an objective term's file gives."""

    @property
    def NAME(self) -> str: ...  # noqa: N802
    def units(self, facts: Facts) -> int: ...


class PatientTerm(Term, Protocol):
    """A term that is a sum over patients."""

    def units_of(self, facts: Facts, patient_id: str) -> int: ...


FLAGGED: Final[tuple[FlaggedRule, ...]] = (day_care_min, days_min, gap, services_min, group_daily)

RULES: Final[tuple[Rule, ...]] = (
    grid,
    facilitators,
    clinician_availability,
    clinician_overlap,
    clinician_load,
    clinician_break,
    room,
    size,
    audience,
    delivery,
    patient_overlap,
    commitment,
    active,
    apart,
    cohort,
    max_per_day,
    requirement_max,
    care_max,
    day_care_max,
    days_max,
    idle_max,
    authorization,
    pin,
    *FLAGGED,
)

# What a patient's week as a whole must keep; none of them asks about anybody else.
PATIENT_WEEK: Final[tuple[Rule, ...]] = (
    patient_overlap,
    max_per_day,
    requirement_max,
    care_max,
    day_care_max,
    days_max,
    idle_max,
    authorization,
    *FLAGGED,
)

# What a clinician's day must keep.
CLINICIAN_DAY: Final[tuple[Rule, ...]] = (clinician_overlap, clinician_load, clinician_break)

PATIENT_MASKS: Final[tuple[PatientMask, ...]] = (
    requirement_max,
    audience,
    delivery,
    cohort,
    active,
    authorization,
    commitment,
)

breach: Final = Breach({rule.NAME: rule.breaches for rule in FLAGGED})

PATIENT_TERMS: Final[tuple[PatientTerm, ...]] = (
    unmet_care,
    breach,
    moved,
    clinician_changed,
    soft_commitment,
    not_preferred,
    idle,
    attended_day,
)

TERMS: Final[tuple[Term, ...]] = (*PATIENT_TERMS, facilitator_time, load_spread)
