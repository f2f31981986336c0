"""Everything the rules ask of a problem alone, worked out once and shared by every timetable of its week."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from typing import Final

from scheduler.calendar import DAY, Calendar, Interval
from scheduler.entitlement import Entitlement, entitlements
from scheduler.problem import Clinician, Cohort, Patient, Problem, Room, Session, SessionType

# What a baseline gives a patient: (session type, week minute by weekday and clock) -> sets of clinicians.
Attendances = dict[tuple[str, int], frozenset[frozenset[str]]]

_KEPT = 8  # problems whose setting is remembered: a service works on a few weeks at a time
_settings: OrderedDict[int, Setting] = OrderedDict()


# What calendar and entitlements are made of: copies with other pins, baselines or weights share them.
_SHARED_BY: Final = ("clinic", "session_types", "programs", "clinicians", "rooms", "patients")


class Setting:
    """A problem with its calendar, entitlements and look-ups; get one with `setting_of`."""

    def __init__(self, problem: Problem, like: Setting | None = None) -> None:
        """`like` is the setting of a problem whose calendar and entitlements are the same."""
        self.problem = problem
        if like is not None:
            self.entitlements, self.tags, self.soft = like.entitlements, like.tags, like.soft
        self.calendar: Calendar = Calendar(problem) if like is None else like.calendar
        self.types: dict[str, SessionType] = {t.id: t for t in problem.session_types}
        self.clinicians: dict[str, Clinician] = {c.id: c for c in problem.clinicians}
        self.rooms: dict[str, Room] = {r.id: r for r in problem.rooms}
        self.patients: dict[str, Patient] = {p.id: p for p in problem.patients}

    @cached_property
    def entitlements(self) -> dict[str, Entitlement]:
        return entitlements(self.problem, self.calendar)

    @cached_property
    def cohorts_of(self) -> dict[str, tuple[Cohort, ...]]:
        """Per session type the cohorts that name it; a type that none names is open to all."""
        named: dict[str, tuple[Cohort, ...]] = {}
        for cohort in self.problem.cohorts:
            for session_type in cohort.session_types:
                named[session_type] = (*named.get(session_type, ()), cohort)
        return named

    @cached_property
    def tags(self) -> dict[str, frozenset[str]]:
        return {p.id: frozenset(p.tags) for p in self.problem.patients}

    @cached_property
    def soft(self) -> dict[str, tuple[tuple[Interval, int], ...]]:
        """Per patient the occurrences of soft commitments with their weights."""
        return {p.id: self.calendar.soft(p) for p in self.problem.patients}

    @cached_property
    def baseline(self) -> dict[str, Attendances]:
        """Per patient who appears in the baseline, what it gives them; what no longer exists is left out."""
        given: dict[str, Attendances] = {}
        sessions = self.problem.baseline.sessions if self.problem.baseline else ()
        for session in (s for s in sessions if s.session_type in self.types):
            place = (session.session_type, self._minute_by_weekday(session))
            led_by = frozenset(c for c in session.clinicians or () if c in self.clinicians)
            for patient in (p for p in session.patients if p in self.patients):
                own = given.setdefault(patient, {})
                own[place] = own.get(place, frozenset()) | {led_by}
        return given

    def _minute_by_weekday(self, session: Session) -> int:
        weekday, clock = self.calendar.weekday_and_clock(session.start)
        return self.calendar.weekdays.index(weekday) * DAY + clock


def setting_of(problem: Problem) -> Setting:
    """The setting of a problem, remembered for the last few: checks of one week come in bursts."""
    known = _settings.get(id(problem))
    if known is not None and known.problem is problem:
        return known
    like = next((s for s in reversed(list(_settings.values())) if _shares(problem, s.problem)), None)
    setting = _settings[id(problem)] = Setting(problem, like)
    while len(_settings) > _KEPT:
        _settings.popitem(last=False)
    return setting


def _shares(problem: Problem, other: Problem) -> bool:
    return all(getattr(problem, name) is getattr(other, name) for name in _SHARED_BY)
