"""A new timetable after an event, with as few changes as possible.

What has happened stays. Of everything else, in this order: as few attendances of the timetable as possible
are lost, as few of the kept ones get other clinicians, then the objective. The first is minimised exactly in
growing circles: everything to come on the hit dates, then on all dates. The answer names the largest circle
in which it is proved that no repair loses fewer attendances. The rest is searched, not proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from scheduler.diff import Difference, session_difference
from scheduler.errors import InternalFault, ProblemRefused
from scheduler.evaluation import Evaluation, evaluation_of
from scheduler.event import Event, happened, problem_after
from scheduler.intake.asked import faults_of_references
from scheduler.names import Names
from scheduler.pins import refuse_clashes
from scheduler.problem import Problem, SessionPin
from scheduler.rules.facts import Facts
from scheduler.setting import setting_of
from scheduler.solver.answer import timetable_of
from scheduler.solver.clock import Clock
from scheduler.solver.least_change import Disturbed, Found, LeastChange
from scheduler.solver.restoring import restored
from scheduler.solver.seeding import excuse_facts
from scheduler.timetable import Part, PlannedSession, Timetable
from scheduler.verify import broken, broken_in
from scheduler.week import Week, compile_week, slots_up

LAST_SECONDS: Final = 0.15  # after the search for the fewest losses, besides judging and writing
JUDGING: Final = 0.5  # judging and writing the answer takes so much of what reading the problem took
ONE_MORE: Final = 3.0  # an alternative takes so many times what it took to write the answer
LEAST_SHARE: Final = 0.3  # of the time, however slowly a busy machine has begun


class Changed(Part):
    """What a repair changes: attendances lost (left out or moved), led by others, and new ones."""

    lost: int
    clinicians: int
    new: int


class Alternative(Part):
    """More changes, and less care unmet."""

    changed: Changed
    unmet_minutes: int
    difference: Difference
    timetable: Timetable


class CircleFigures(Part):
    """Dates that could change, how many attendances every repair of them loses at least, the fewest known."""

    name: str
    dates: tuple[str, ...]
    least: int
    lost: int
    proved: bool


class Repair(Part):
    """The repaired timetable, what is different, and in which circle fewer losses are proved impossible.

    `proved` is null when no circle was proved; `least` is how many attendances any repair of the largest
    circle looked at must lose. `problem` is the problem after the event, which the timetable keeps.
    """

    timetable: Timetable
    changed: Changed
    unmet_minutes: int
    proved: str | None
    least: int
    circles: tuple[CircleFigures, ...]
    difference: Difference
    alternatives: tuple[Alternative, ...]
    problem: dict[str, Any]

    def document(self) -> dict[str, Any]:
        made = self.model_dump(mode="json", exclude={"problem"})
        return made | {"difference": self.difference.document()}


def repair(
    problem: Problem,
    sessions: Sequence[PlannedSession],
    event: Event,
    *,
    seconds: float = 1.8,
    alternatives: bool = True,
    stop: Callable[[], bool] | None = None,
) -> Repair:
    """Raises PinsClash where the event contradicts pins, ProblemRefused for another problem's timetable."""
    clock = Clock(seconds, stop)
    if faults := faults_of_references(problem, sessions):
        raise ProblemRefused(faults, "timetable")
    return _Repairing(problem, tuple(sessions), event, clock).answer(alternatives)


class _Repairing:
    def __init__(
        self, problem: Problem, sessions: tuple[PlannedSession, ...], event: Event, clock: Clock
    ) -> None:
        self.before, self.sessions, self.event, self.clock = problem, sessions, event, clock
        self.problem = problem_after(problem, sessions, event)
        refuse_clashes(self.problem)
        self.past = happened(sessions, event)
        self.week: Week = compile_week(self.problem)
        excuse_facts(self.week, list(self.past))
        _close_past(self.week, event)
        self.now = Disturbed(
            week=self.week,
            sessions=sessions,
            past=self.past,
            hit=self._hit(),
            changed=frozenset(self.week.patient_index[p.id] for p in event.patients),
            tied=self._tied(),
        )

    def answer(self, alternatives: bool) -> Repair:
        found = LeastChange(self.now, self.clock.sooner(self._kept_back())).find()
        sessions = self._named(found.step.sessions)
        began = self.clock.spent
        made = self._timetable(sessions)
        once = self.clock.spent - began
        return Repair(
            timetable=made,
            changed=self._changed(sessions),
            unmet_minutes=_unmet(made),
            proved=found.proved,
            least=found.circles[-1].least,
            circles=tuple(self._figures(found)),
            difference=self._difference(sessions),
            alternatives=tuple(self._alternatives(sessions, made, once)) if alternatives else (),
            problem=self.problem.document,
        )

    def _kept_back(self) -> float:
        """For judging and writing the answer; never all of the time."""
        spent, seconds = self.clock.spent, self.clock.seconds
        return min(LAST_SECONDS + JUDGING * spent, seconds - spent - LEAST_SHARE * seconds)

    def _hit(self) -> frozenset[str]:
        """Sessions to come that break a rule, since the event or before it: the repair breaks none.

        What happened excuses none of them.
        """
        found = broken(_without_facts(self.problem), self.sessions)
        coming = {s.id for s in self.sessions} - {s.id for s in self.past}
        return frozenset(i for f in found for i in (*f.sessions, f.subject) if i in coming)

    def _tied(self) -> frozenset[str]:
        """Sessions whose patients are given: happened, frozen, closed groups."""
        cohorts = setting_of(self.problem).cohorts_of
        frozen = {
            (p.session.session_type, p.session.start, frozenset(p.session.patients))
            for p in self.problem.pins
            if isinstance(p, SessionPin) and p.frozen
        }
        closed = {s.id for s in self.sessions if s.session_type in cohorts}
        closed |= {s.id for s in self.sessions if (s.session_type, s.start, frozenset(s.patients)) in frozen}
        return frozenset(closed | {s.id for s in self.past})

    # -- the answer -----------------------------------------------------------------------------------------

    def _named(self, sessions: Iterable[PlannedSession]) -> tuple[PlannedSession, ...]:
        """What happened as it was; ids stay while type and start stay, new ones were never used."""
        coming = [s for s in sessions if s.start >= self.event.from_]
        known = {s.id: s for s in self.sessions}
        stay = {s.id for s in coming if s.id in known and _place(known[s.id]) == _place(s)}
        free = [s for s in self.sessions if s.id not in stay and s.start >= self.event.from_]
        names = (n for i in range(1, 1 << 20) if (n := f"r{i}") not in known)
        made = list(self.past)
        for session in coming:
            name = session.id
            if name not in stay:
                same = next((s for s in free if _place(s) == _place(session)), None)
                if same is not None:
                    free.remove(same)
                name = same.id if same is not None else next(names)
            made.append(session.model_copy(update={"id": name}))
        return tuple(sorted(made, key=lambda s: (s.start, s.id)))

    def _alternatives(
        self, sessions: tuple[PlannedSession, ...], made: Timetable, once: float
    ) -> Iterator[Alternative]:
        """Up to two that lose more and leave less care unmet: the fewest more first."""
        short = {self.week.patient_index[p.id]: p.unmet_minutes for p in made.patients if p.unmet_minutes}
        least = _unmet(made)
        for option in restored(self.now, sessions, short, self.clock.sooner(ONE_MORE * once)):
            named = self._named(option)
            facts = Facts(self.problem, named)
            if broken_in(facts):
                continue
            figures = evaluation_of(facts)
            if _unmet(figures) >= least:
                continue
            least = _unmet(figures)
            yield Alternative(
                changed=self._changed(named),
                unmet_minutes=least,
                difference=self._difference(named),
                timetable=self._written(named, figures),
            )

    def _figures(self, found: Found) -> Iterator[CircleFigures]:
        first = self.problem.clinic.week_start
        for circle in found.circles:
            yield CircleFigures(
                name=circle.name,
                dates=tuple((first + timedelta(days=d)).isoformat() for d in sorted(circle.days)),
                least=circle.least,
                lost=circle.lost,
                proved=circle.least >= circle.lost,
            )

    def _difference(self, sessions: tuple[PlannedSession, ...]) -> Difference:
        return session_difference(self.sessions, sessions, names=Names(self.before))

    def _changed(self, sessions: tuple[PlannedSession, ...]) -> Changed:
        old, new = _attendances(self.sessions), _attendances(sessions)
        shared = old.keys() & new.keys()
        return Changed(
            lost=len(old.keys() - new.keys()),
            clinicians=sum(old[k] != new[k] for k in shared),
            new=len(new.keys() - old.keys()),
        )

    def _timetable(self, sessions: tuple[PlannedSession, ...]) -> Timetable:
        facts = Facts(self.problem, sessions)
        if found := broken_in(facts):
            raise InternalFault("the repair breaks a rule: " + "; ".join(str(f) for f in found[:5]))
        if {s for s in sessions if s.start < self.event.from_} != set(self.past):
            raise InternalFault("the repair changes what has happened")
        return self._written(sessions, evaluation_of(facts))

    def _written(self, sessions: tuple[PlannedSession, ...], figures: Evaluation) -> Timetable:
        spent = round(self.clock.spent, 3)
        solver = {"seconds": spent, "stop_reason": "time", "seed": 0, "repair": True}
        return timetable_of(self.week, sessions, figures, 0, solver)


def _close_past(week: Week, event: Event) -> None:
    """Nothing new starts before the event."""
    minutes = (event.from_ - week.calendar.moment_of(0)) // timedelta(minutes=1)
    first = max(0, slots_up(minutes, week.arrays.slot))
    for allowed in (week.arrays.ok, week.arrays.pok, week.arrays.cohort_ok):
        allowed[..., :first] = False


def _attendances(sessions: Sequence[PlannedSession]) -> dict[tuple[str, str, Any], frozenset[str]]:
    return {(p, s.session_type, s.start): frozenset(s.clinicians) for s in sessions for p in s.patients}


def _unmet(figures: Timetable | Evaluation) -> int:
    return sum(p.unmet_minutes for p in figures.patients)


def _place(session: PlannedSession) -> tuple[str, Any]:
    return session.session_type, session.start


def _without_facts(problem: Problem) -> Problem:
    """The problem in which nothing has happened, so that nothing is excused."""
    pins = tuple(p for p in problem.pins if not (isinstance(p, SessionPin) and p.happened))
    return problem.model_copy(update={"pins": pins})
