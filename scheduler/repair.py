"""A new timetable after an event, with as few changes as possible.

What has happened stays. Of everything else, in this order: as few attendances of the timetable as possible
are lost, as few of the kept ones get other clinicians, then the objective. The first two are minimised
in growing circles: sessions of the hit dates, then whatever shares a patient, a clinician or a room with a
hit session, then the whole week. The answer names the largest circle in which it is proved that no repair
loses fewer attendances. The objective is searched, not proved.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from scheduler.diff import Difference, session_difference
from scheduler.errors import InternalFault, NoTimetableFound, ProblemRefused
from scheduler.evaluation import evaluate
from scheduler.event import Event, happened, problem_after
from scheduler.finding import Finding
from scheduler.intake.asked import faults_of_references
from scheduler.names import Names
from scheduler.pins import refuse_clashes
from scheduler.problem import Problem, SessionPin
from scheduler.setting import setting_of
from scheduler.solver.answer import timetable_of
from scheduler.solver.keeping import Keeping, Kept, Outcome
from scheduler.solver.mending import Key, Mended, Mending
from scheduler.solver.seeding import excuse_facts
from scheduler.timetable import Part, PlannedSession, Timetable
from scheduler.verify import broken, verify
from scheduler.week import Week, compile_week, slots_up

CIRCLES: Final = ("date", "related", "week")
CUTS: Final = 40
ALTERNATIVES: Final = 2


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
    seconds: float = 1.5,
    alternatives: bool = True,
) -> Repair:
    """Raises PinsClash where the event contradicts pins, ProblemRefused for another problem's timetable."""
    if faults := faults_of_references(problem, sessions):
        raise ProblemRefused(faults, "timetable")
    return _Repairing(problem, tuple(sessions), event, seconds).answer(alternatives)


@dataclass
class _Step:
    """A repair that was found, and what it keeps."""

    outcome: Outcome
    sessions: tuple[PlannedSession, ...]
    exact: bool


class _Repairing:
    def __init__(
        self, problem: Problem, sessions: tuple[PlannedSession, ...], event: Event, seconds: float
    ) -> None:
        self.began, self.seconds = time.monotonic(), seconds
        self.before, self.sessions, self.event = problem, sessions, event
        self.problem = problem_after(problem, sessions, event)
        refuse_clashes(self.problem)
        self.past = happened(sessions, event)
        self.rest = tuple(s for s in sessions if s.start >= event.from_)
        self.week: Week = compile_week(self.problem)
        excuse_facts(self.week, list(self.past))
        _close_past(self.week, event)
        self.hit = self._hit()
        self.tied = self._tied()

    @property
    def left(self) -> float:
        return self.began + self.seconds - time.monotonic()

    def answer(self, alternatives: bool) -> Repair:
        step, proved, least = self._least_change()
        made = self._timetable(step.sessions)
        others = self._alternatives(step) if alternatives else ()
        return Repair(
            timetable=made,
            changed=self._changed(step.sessions),
            unmet_minutes=_unmet(made),
            proved=proved,
            least=least,
            difference=self._difference(step.sessions),
            alternatives=tuple(others),
            problem=self.problem.document,
        )

    # -- the least change -----------------------------------------------------------------------------------

    def _hit(self) -> frozenset[str]:
        """Sessions to come that break a rule since the event."""
        old = {_said(f) for f in broken(self.before, self.sessions)}
        new = [f for f in broken(self.problem, self.sessions) if _said(f) not in old]
        coming = {s.id for s in self.rest}
        return frozenset(i for f in new for i in (*f.sessions, f.subject) if i in coming)

    def _tied(self) -> frozenset[str]:
        """Sessions whose patients are given: happened, frozen, closed groups."""
        cohorts = setting_of(self.problem).cohorts_of
        frozen = {
            (p.session.session_type, p.session.start, frozenset(p.session.patients))
            for p in self.problem.pins
            if isinstance(p, SessionPin) and p.frozen
        }
        closed = {s.id for s in self.rest if (s.session_type, s.start, frozenset(s.patients)) in frozen}
        closed |= {s.id for s in self.rest if s.session_type in cohorts}
        return frozenset(closed | {s.id for s in self.past})

    def _circle(self, name: str) -> list[PlannedSession]:
        hit = [s for s in self.rest if s.id in self.hit]
        if name == "week":
            return list(self.rest)
        dates = {s.start.date() for s in hit}
        near = {s.id for s in self.rest if s.start.date() in dates}
        if name == "related":
            people = {p for s in hit for p in s.patients} | {c for s in hit for c in s.clinicians}
            rooms = {s.room for s in hit} - {None}
            near |= {s.id for s in self.rest if people & {*s.patients, *s.clinicians} or s.room in rooms}
        return [s for s in self.rest if s.id in near]

    def _least_change(self) -> tuple[_Step, str | None, int]:
        """A repair of the smallest circle, replaced by one of a larger where that changes less."""
        best: _Step | None = None
        proved, least, done = None, 0, set[frozenset[str]]()
        unavoidable = self._unavoidable()
        for name in CIRCLES:
            if best is not None and best.outcome.lost <= unavoidable:
                return best, CIRCLES[-1], unavoidable
            circle = self._circle(name)
            ids = frozenset(s.id for s in circle)
            if ids in done and proved is not None:
                proved = name
                continue
            if best is not None and self.left < 0.1:
                break
            done.add(ids)
            step, bound = self._in_circle(circle, best)
            if step is not None and (best is None or _fewer(step.outcome, best.outcome)):
                best = step
            if bound is None or best is None:
                continue
            least = bound.lost if bound.optimal else bound.least_lost
            if least >= best.outcome.lost:
                proved = name
        if best is not None and best.outcome.lost <= unavoidable:
            return best, CIRCLES[-1], unavoidable
        if best is None:
            raise NoTimetableFound("no repair that keeps the pins and what has happened was found in time")
        return best, proved, least

    def _unavoidable(self) -> int:
        """Attendances that no repair keeps: the patient cannot come then, or nobody is there to lead it."""
        a, rest = self.week.arrays, set(self._staying(self.rest)) if self.rest else set()
        staffed = {
            (t, u): all(
                any(
                    a.cok[c, t, u] and (a.qualified[t, f, c] or a.primary_entry[t, f])
                    for c in range(len(a.buffer))
                )
                for f in range(int(a.entries[t]))
            )
            for t, u in {key for _, key in rest}
        }
        return sum(not (a.pok[p, t, u] and staffed[t, u]) for p, (t, u) in rest)

    def _in_circle(
        self, circle: list[PlannedSession], best: _Step | None
    ) -> tuple[_Step | None, Outcome | None]:
        """A repair with fewer changes than the best, if any, and the bound for all repairs of the circle."""
        ids = {s.id for s in circle}
        keeping = Keeping(self.week, circle, [s for s in self.sessions if s.id not in ids])
        bound: Outcome | None = None
        exact = True
        for _ in range(CUTS):
            outcome = keeping.solve(max(2.0 if best is None else 0.1, self.left))
            if exact:
                bound = outcome or bound
            if outcome is None or (best is not None and not _fewer(outcome, best.outcome)):
                return None, bound
            made, mending = self._mended(outcome, ids, final=best is None)
            if made.sessions is not None:
                return _Step(outcome, made.sessions, exact), bound
            exact = self._cut(keeping, mending, outcome, made) and exact
            if self.left < (0 if best else -10):
                break
        return None, bound

    def _cut(self, keeping: Keeping, mending: Mending, outcome: Outcome, made: Mended) -> bool:
        """Ask for something else next time; False if a repair may be missed by that."""
        sure = True
        attended = _attended(outcome.sessions)
        for p in made.impossible:
            fixed = [k for q, k in self._staying([]) if q == p and k not in keeping.members]
            kept = attended.get(p, [])
            lost = [k for k, members in keeping.members.items() if p in members and k not in kept]
            core = mending.least_impossible(p, [*kept, *fixed])
            if core:
                keeping.forbid(p, [k for k in core if k in kept])
            else:
                sure = not mending.conceivable(p, [*kept, *fixed], without=lost) and sure
                keeping.forbid(p, kept, lost)
        for key in made.underfull if not made.impossible else ():
            keeping.forbid_joins(key)
            sure = False
        if not (made.impossible or made.underfull):
            sure = False
            for p, kept in attended.items():
                keeping.forbid(p, kept)
        return sure

    def _mended(self, outcome: Outcome, circle: set[str], final: bool) -> tuple[Mended, Mending]:
        outside = [s for s in self.sessions if s.id not in circle]
        kept = self._as_sessions(outcome.sessions)
        sessions = [*outside, *kept]
        held = frozenset(s.id for s in sessions)
        mending = Mending(self.week, sessions, self._staying(sessions), self.tied, held)
        given = {(p, s.session_type, s.start) for s in sessions for p in s.patients}
        hit = {p for s in self.rest for p in s.patients if (p, s.session_type, s.start) not in given}
        hit |= {p.id for p in self.event.patients}
        known = self.week.patient_index
        time_left = max(0.05, min(0.5, self.left / 2) if final else 0.1)
        return mending.run([known[p] for p in sorted(hit) if p in known], time_left), mending

    def _staying(self, sessions: Sequence[PlannedSession]) -> list[tuple[int, Key]]:
        """Attendances that nobody gives up: of all sessions given, or of the timetable as it was."""
        week, slot = self.week, self.week.arrays.slot
        return [
            (
                week.patient_index[p],
                (week.type_index[s.session_type], week.calendar.minute_of(s.start) // slot),
            )
            for s in (sessions or self.sessions)
            for p in s.patients
            if p in week.patient_index
        ]

    def _as_sessions(self, kept: Sequence[Kept]) -> list[PlannedSession]:
        problem, week = self.problem, self.week
        taken = {s.id for s in self.sessions}
        names = (n for i in range(1, 1 << 20) if (n := f"k{i}") not in taken)
        made = []
        for session in kept:
            t, u = session.key
            begin = u * week.arrays.slot
            kind = problem.session_types[t]
            made.append(
                PlannedSession(
                    id=session.of.id if session.of else next(names),
                    session_type=kind.id,
                    start=week.calendar.moment_of(begin),
                    end=week.calendar.moment_of(begin + kind.minutes),
                    clinicians=tuple(problem.clinicians[c].id for c in session.clinicians),
                    room=problem.rooms[session.room].id if session.room >= 0 else None,
                    patients=tuple(problem.patients[p].id for p in session.patients),
                )
            )
        return made

    # -- the answer -----------------------------------------------------------------------------------------

    def _alternatives(self, step: _Step) -> list[Alternative]:
        """Up to two that move more and leave less care unmet: attendances free, then sessions as well."""
        found: list[Alternative] = []
        least = _unmet_of(self.problem, step.sessions)
        for held in (frozenset(s.id for s in step.sessions), self.tied):
            if least == 0 or self.left < -0.5:
                break
            past = self._staying(self.past) if self.past else []
            mending = Mending(self.week, step.sessions, past, self.tied, held)
            short = [
                self.week.patient_index[f.id]
                for f in evaluate(self.problem, step.sessions).patients
                if f.unmet_minutes
            ]
            made = mending.run(short, 0.3)
            if made.sessions is None or broken(self.problem, made.sessions):
                continue
            unmet = _unmet_of(self.problem, made.sessions)
            if unmet < least:
                least = unmet
                found.append(
                    Alternative(
                        changed=self._changed(made.sessions),
                        unmet_minutes=unmet,
                        difference=self._difference(made.sessions),
                        timetable=self._timetable(made.sessions),
                    )
                )
        return found[:ALTERNATIVES]

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
        spent = round(time.monotonic() - self.began, 3)
        solver = {"seconds": spent, "stop_reason": "time", "seed": 0, "repair": True}
        figures = evaluate(self.problem, sessions)
        made = timetable_of(self.week, sessions, figures, 0, solver)
        if {s for s in sessions if s.start < self.event.from_} != set(self.past):
            raise InternalFault("the repair changes what has happened")
        judged = verify(self.problem, made)
        if not judged.clean:
            wrong = [str(f) for f in judged.findings] + [str(c) for c in judged.wrong_claims]
            raise InternalFault("the repair failed its own verification: " + "; ".join(wrong[:5]))
        return made


def _close_past(week: Week, event: Event) -> None:
    """Nothing new starts before the event."""
    minutes = (event.from_ - week.calendar.moment_of(0)) // timedelta(minutes=1)
    first = max(0, slots_up(minutes, week.arrays.slot))
    for allowed in (week.arrays.ok, week.arrays.pok, week.arrays.cohort_ok):
        allowed[..., :first] = False


def _said(finding: Finding) -> tuple[str, str, tuple[str, ...]]:
    return finding.rule, finding.subject, finding.sessions


def _fewer(a: Outcome, b: Outcome) -> bool:
    return (a.lost, a.changed) < (b.lost, b.changed)


def _attended(kept: Sequence[Kept]) -> dict[int, list[Key]]:
    found: dict[int, list[Key]] = {}
    for session in kept:
        for p in session.patients:
            found.setdefault(p, []).append(session.key)
    return found


def _attendances(sessions: Sequence[PlannedSession]) -> dict[tuple[str, str, Any], frozenset[str]]:
    return {(p, s.session_type, s.start): frozenset(s.clinicians) for s in sessions for p in s.patients}


def _unmet(timetable: Timetable) -> int:
    return sum(p.unmet_minutes for p in timetable.patients)


def _unmet_of(problem: Problem, sessions: Sequence[PlannedSession]) -> int:
    return sum(p.unmet_minutes for p in evaluate(problem, sessions).patients)
