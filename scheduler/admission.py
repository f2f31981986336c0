"""A known admission: the earliest start in timetables already made, and why it is not on the first day.

A start on a date is a plan whose first session is on it. Dates are tried in order; on each the patient is
asked about as if their care began there, with that date the first of a plan, everybody else as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from scheduler.calendar import DAY, Interval
from scheduler.finding import Words
from scheduler.intake.asked import read_patient
from scheduler.placement import PlacingQuestion, with_plan
from scheduler.plans import Plan
from scheduler.problem import ActiveDates, Mode, Patient, Problem, SessionType
from scheduler.rules import PATIENT_MASKS
from scheduler.setting import setting_of
from scheduler.starting import Week
from scheduler.timetable import Part, PlannedSession, Reason

PROMPT_DAYS: Final = 1  # open dates that may pass: a start on the first or second one
MOST_PLACES: Final = 200  # of a date that are tried as the first day's session: more than any day has
CLOSED: Final = Words("admission_closed", "the clinic is closed")
NOTHING: Final = Words("admission_nothing_held", "nothing is held that day that they need")
BUSY: Final = Words("admission_busy", "they cannot come to any of the {count} sessions of that day: {why}")
FULL: Final = Words(
    "admission_full", "the {count} sessions of that day that they could come to have no free seat"
)
RULES: Final = Words("admission_rules", "no legal week begins with a session of that day")
DEARER: Final = Words("admission_less_care", "a week that begins then leaves {minutes} min more unmet")


class DateReason(Part):
    """Why nothing begins on a date."""

    date: str
    reason: Reason


class Admission(Part):
    """The best plan that begins as early as one can; null without any in the weeks given."""

    patient: str
    from_: str
    first_session: str | None
    open_days_waited: int
    prompt: bool
    plan: Plan | None
    reasons: tuple[DateReason, ...]

    def document(self) -> dict[str, Any]:
        made = self.model_dump(mode="json")
        return {"from" if k == "from_" else k: v for k, v in made.items()}


def admission(weeks: Iterable[Week], patient: object, from_: date) -> Admission:
    """Asks the weeks in order of their dates; raises ProblemRefused where a week refuses the patient."""
    reasons: list[DateReason] = []
    waited, name = 0, ""
    for problem, sessions in sorted(weeks, key=lambda w: w[0].clinic.week_start):
        who = starting(read_patient(patient, problem), from_)
        name = who.id
        week = _Week(problem, tuple(sessions), who)
        for day in week.dates(from_):
            plan = week.beginning_on(day)
            if plan is not None:
                first = week.date_of(day).isoformat()
                return Admission(
                    patient=name,
                    from_=from_.isoformat(),
                    first_session=first,
                    open_days_waited=waited,
                    prompt=waited <= PROMPT_DAYS,
                    plan=plan,
                    reasons=tuple(reasons),
                )
            waited += 1
            reasons.append(DateReason(date=week.date_of(day).isoformat(), reason=week.why_not(day)))
    return Admission(
        patient=name,
        from_=from_.isoformat(),
        first_session=None,
        open_days_waited=waited,
        prompt=False,
        plan=None,
        reasons=tuple(reasons),
    )


def starting(patient: Patient, first: date) -> Patient:
    """The patient in care from a date on at the earliest."""
    last = patient.active.until
    own = patient.active.from_
    begins = first if own is None else max(own, first)
    dates = {"from": begins.isoformat(), "until": last.isoformat() if last else None}
    return patient.model_copy(update={"active": ActiveDates.model_validate(dates)})


@dataclass
class _Week:
    problem: Problem
    sessions: tuple[PlannedSession, ...]
    patient: Patient

    def __post_init__(self) -> None:
        self.question = PlacingQuestion(self.problem, self.sessions, self.patient)
        self.setting = setting_of(self.question.narrow)
        self.slot = self.problem.clinic.slot_minutes
        found = self.question.placing.plans(1)
        self.best = self.question.plan(found[0]) if found else None

    def date_of(self, day: int) -> date:
        return self.setting.calendar.date_of(day)

    def dates(self, first: date) -> Iterator[int]:
        """Open dates of the week from `first` on, that are not closed altogether."""
        calendar = self.setting.calendar
        for day in sorted(calendar.open_days):
            if calendar.date_of(day) >= first and day in calendar.active_days[self.patient.id]:
                yield day

    def beginning_on(self, day: int) -> Plan | None:
        """The best week whose first session is on the day and that leaves no more unmet than it must."""
        if self.best is None:
            return None
        if self.best.days and self.best.days[0] == self.date_of(day).isoformat():
            return self.best
        plans = [plan for plan in self._forced(day) if plan.unmet_minutes <= self.best.unmet_minutes]
        return min(plans, key=lambda p: p.increase, default=None)

    def _forced(self, day: int) -> Iterator[Plan]:
        places = self._places(day)
        places.sort(key=lambda i: self.question.placing.places[i].extra)
        for i in places[:MOST_PLACES]:
            for found in self.question.placing.plans(1, frozenset({i})):
                plan = self.question.plan(found)
                if plan.days and plan.days[0] == self.date_of(day).isoformat():
                    yield plan

    def _places(self, day: int) -> list[int]:
        numbered = enumerate(self.question.placing.places)
        return [i for i, place in numbered if place.slot * self.slot // DAY == day]

    def why_not(self, day: int) -> Reason:
        calendar = self.setting.calendar
        if not any(start // DAY == day for t in self.setting.types.values() for start in calendar.starts(t)):
            return CLOSED.reason()
        if self._places(day):
            best = self.best.unmet_minutes if self.best else 0
            more = [plan.unmet_minutes - best for plan in self._forced(day)]
            return DEARER.reason(minutes=min(more)) if more else RULES.reason()
        return self._nothing_free(day)

    def _nothing_free(self, day: int) -> Reason:
        held = list(self._groups(day))
        if not held:
            return NOTHING.reason()
        bars = [self._bar(kind, when) for kind, when in held]
        if all(bars):
            why = next(r.text for r in bars if r is not None)
            return BUSY.reason(count=len(held), why=why)
        return FULL.reason(count=sum(r is None for r in bars))

    def _bar(self, kind: SessionType, when: Interval) -> Reason | None:
        asked = (mask.bars(self.setting, self.patient, kind, when) for mask in PATIENT_MASKS)
        return next((reason for reason in asked if reason is not None), None)

    def _groups(self, day: int) -> Iterator[tuple[SessionType, Interval]]:
        rights = self.setting.entitlements[self.patient.id]
        for s in self.sessions:
            kind = self.setting.types.get(s.session_type)
            if kind is None or kind.mode is not Mode.GROUP or rights.requirement_of(kind.id) is None:
                continue
            start = self.setting.calendar.minute_of(s.start)
            if start // DAY == day:
                yield kind, (start, start + kind.minutes)


def sessions_for(sessions: Sequence[PlannedSession], made: Admission) -> tuple[PlannedSession, ...]:
    """The timetable with the plan of an admission in it: the place reserved."""
    return with_plan(sessions, made.patient, made.plan) if made.plan else tuple(sessions)
