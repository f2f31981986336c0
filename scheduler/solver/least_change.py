"""The least change after an event: as few attendances lost as possible, in growing circles.

A circle is some dates of the week: everything on them that is still to come may change, for all patients,
clinicians and rooms, and everything on other dates stays. First the dates that the event hits, then all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from scheduler.calendar import DAY
from scheduler.errors import NoTimetableFound
from scheduler.solver.clock import Clock
from scheduler.solver.keeping import Asking, Dates, Ground, Keeping, Kept, Outcome, TooLate
from scheduler.solver.mending import Key, Mending
from scheduler.solver.personal import PersonalWeeks
from scheduler.timetable import PlannedSession
from scheduler.week import Week

CIRCLES: Final = ("date", "week")
ENOUGH: Final = 0.05  # seconds without which another circle is not begun, and more for each attendance
A_PLACE: Final = 4e-4
CHANGED_SECONDS: Final = 1.5
LEAST_SECONDS: Final = 10.0  # at most for a first answer, whatever the clock says

Weeks = dict[int, set[Key]]  # by patient


@dataclass(frozen=True)
class Disturbed:
    """A timetable in a week after an event: what has happened, and what the event hits."""

    week: Week
    sessions: tuple[PlannedSession, ...]
    past: tuple[PlannedSession, ...]
    hit: frozenset[str]  # ids of sessions to come that break a rule
    changed: frozenset[int]  # patients who are not as they were
    tied: frozenset[str]  # ids of sessions whose patients are given

    @property
    def rest(self) -> tuple[PlannedSession, ...]:
        past = {s.id for s in self.past}
        return tuple(s for s in self.sessions if s.id not in past)

    def day_of(self, session: PlannedSession) -> int:
        return self.week.calendar.minute_of(session.start) // DAY

    def key_of(self, session: PlannedSession) -> Key:
        minute = self.week.calendar.minute_of(session.start)
        return self.week.type_index[session.session_type], minute // self.week.arrays.slot

    def attendances(self, sessions: Sequence[PlannedSession]) -> list[tuple[int, Key]]:
        known = self.week.patient_index
        return [(known[p], self.key_of(s)) for s in sessions for p in s.patients if p in known]


@dataclass(frozen=True)
class Step:
    """A legal repair and what it loses."""

    sessions: tuple[PlannedSession, ...]
    lost: int
    changed: int


@dataclass(frozen=True)
class Circle:
    """Dates that were looked at: every repair of them loses at least `least`; the best known loses `lost`."""

    name: str
    days: frozenset[int]
    least: int
    lost: int


@dataclass(frozen=True)
class Found:
    """The best repair, and what is known of each circle that was looked at."""

    step: Step
    circles: tuple[Circle, ...]

    @property
    def proved(self) -> str | None:
        """The largest circle in which no repair loses fewer."""
        return next((c.name for c in reversed(self.circles) if c.least >= self.step.lost), None)


class LeastChange:
    def __init__(self, disturbed: Disturbed, clock: Clock) -> None:
        self.now, self.clock = disturbed, clock
        self.week = disturbed.week
        self.personal = PersonalWeeks(self.week)
        self.had = set(disturbed.attendances(disturbed.sessions))
        self.weeks = _by_patient(self.had)
        self.admitted, self.peopled = set[int](), set[int]()  # what an earlier circle had to ask about

    def find(self) -> Found:
        """A repair of the hit dates, replaced by one of the whole week where that loses fewer."""
        best: Step | None = None
        circles: list[Circle] = []
        for name in CIRCLES:
            dates = self._dates(name)
            if circles and best is not None and dates.days == circles[-1].days:
                circles.append(replace(circles[-1], name=name))
                continue
            if best is not None and self.clock.left < ENOUGH + A_PLACE * len(self.had):
                break
            step, least = self._in_circle(dates, best)
            if step is not None and (best is None or step.lost < best.lost):
                best = step
            if best is not None:
                circles.append(Circle(name, dates.days, least, best.lost))
        if best is None:
            raise NoTimetableFound("no repair that keeps the pins and what has happened was found in time")
        return Found(best, tuple(circles))

    def _dates(self, name: str) -> Dates:
        rest = self.now.rest
        first = min((self.now.day_of(s) for s in rest), default=0)
        days = {self.now.day_of(s) for s in rest if name == "week" or s.id in self.now.hit}
        if name == "week":
            days |= set(range(first, 7))
        free = tuple(s for s in rest if self.now.day_of(s) in days)
        ids = {s.id for s in free}
        return Dates(frozenset(days), free, tuple(s for s in self.now.sessions if s.id not in ids))

    # -- one circle -----------------------------------------------------------------------------------------

    def _in_circle(self, dates: Dates, best: Step | None) -> tuple[Step | None, int]:
        """A repair with fewer losses than the best, if any, and the least that any repair loses there."""
        ground = Ground(self.week, dates, self.personal)
        admitted, peopled = set[int](), set[int]()
        least, below = 0, None if best is None else best.lost
        stays = _by_patient(self.now.attendances(dates.fixed))
        sure: tuple[Asking, Outcome] | None = None
        found, looks = None, True
        while True:
            begun = self.clock.spent
            try:
                keeping = Keeping(ground, admitted, peopled, self.clock if best or sure else None)
            except TooLate:  # there is an answer, if not the best
                break
            built = self.clock.spent - begun
            asking = Asking(keeping, self.clock, least, below, looks)
            found = asking.fewest()
            least, looks = asking.least, asking.looks or not (admitted or peopled)
            unnamed, wrong = (set(), set()) if found is None else self._open_questions(stays, found)
            if found is not None and not (unnamed or wrong):
                sure = asking, found
                break
            if least == below:
                break
            if not (admitted or peopled) or (sure is None and self.clock.left <= 0):
                made = self._firm(asking, stays, best)
                sure, below = (sure, below) if made is None else ((asking, made), made.lost)
            grows = not (wrong <= admitted and unnamed <= peopled)
            if least == below or not grows or self.clock.left <= (0 if sure is None else built):
                break
            self.admitted |= wrong
            self.peopled |= unnamed
            admitted, peopled = self.admitted, self.peopled
        if sure is not None:
            return self._step(dates, self._with_fewer_changed(sure[0], stays, sure[1])), least
        return (None if best is not None else self._anyhow(ground, stays, found)), least

    def _firm(self, asking: Asking, stays: Weeks, best: Step | None) -> Outcome | None:
        """An outcome that leaves no question open, so that there is one whatever the clock says."""
        found = asking.firm(LEAST_SECONDS if best is None else 0.0)
        return None if found is None or any(self._open_questions(stays, found)) else found

    def _anyhow(self, ground: Ground, stays: Weeks, outcome: Outcome | None) -> Step | None:
        """Any outcome of the model, at the price of more changes."""
        if outcome is None:
            outcome = Asking(Keeping(ground), self.clock, 0, None).any(LEAST_SECONDS)
        if outcome is None:
            return None
        return self._forced(ground.dates, outcome, self._open_questions(stays, outcome)[1])

    def _with_fewer_changed(self, asking: Asking, stays: Weeks, outcome: Outcome) -> Outcome:
        if outcome.optimal or not outcome.changed:
            return outcome
        better = asking.fewer_changed(outcome, max(ENOUGH, min(CHANGED_SECONDS, self.clock.left / 3)))
        return outcome if any(self._open_questions(stays, better)) else better

    def _open_questions(self, stays: Weeks, outcome: Outcome) -> tuple[set[int], set[int]]:
        """Types of groups whose patients are not all named, and patients whose week is not legal."""
        unnamed = {k.key[0] for k in outcome.sessions if k.strangers}
        kept = _by_patient((p, k.key) for k in outcome.sessions for p in k.patients)
        wrong = set()
        for p in {*kept, *self.weeks, *self.now.changed}:
            week = kept.get(p, set()) | stays.get(p, set())
            if (week != self.weeks.get(p) or p in self.now.changed) and not self.personal.holds(p, week):
                wrong.add(p)
        return unnamed, wrong

    def _step(self, dates: Dates, outcome: Outcome) -> Step | None:
        kept = self._as_sessions(outcome.sessions)
        sessions = [*dates.fixed, *kept]
        stays = [place for place in self.now.attendances(sessions) if place in self.had]
        held = {s.id for s in dates.fixed} | {
            s.id for s in kept if any(place in self.had for place in self.now.attendances([s]))
        }
        made = self._mended(sessions, stays, frozenset(held))
        return None if made is None else Step(made, outcome.lost, outcome.changed)

    def _forced(self, dates: Dates, outcome: Outcome, wrong: set[int]) -> Step | None:
        """Out of time: plan anew whoever's week is not legal, at the price of more changes."""
        sessions = [*dates.fixed, *self._as_sessions(outcome.sessions)]
        stays = [
            place
            for place in self.now.attendances(sessions)
            if place in self.had
            and (place[0] not in wrong or place[1][1] // self.week.arrays.day not in dates.days)
        ]
        loose = {s.id for s in sessions if any(self.week.patient_index[p] in wrong for p in s.patients)}
        loose -= {s.id for s in dates.fixed}
        firm = frozenset(s.id for s in sessions if s.id not in loose)
        left = set(self.now.attendances([s for s in sessions if s.id in loose]))
        groups = [place for place in stays if place not in left]
        made = self._mended(sessions, groups, firm, legal=False)
        if made is None:
            return None
        now = set(self.now.attendances(made))
        return Step(made, len(self.had - now), outcome.changed)

    def _mended(
        self,
        sessions: Sequence[PlannedSession],
        stays: Sequence[tuple[int, Key]],
        held: frozenset[str],
        legal: bool = True,
    ) -> tuple[PlannedSession, ...] | None:
        """Everybody who lost or got something planned anew around what stays, and improved."""
        mending = Mending(self.week, sessions, stays, self.now.tied, held)
        touched = self.had.symmetric_difference(self.now.attendances(sessions))
        hit = {p for p, _ in touched} | self.now.changed
        return mending.run(sorted(hit), max(0.1, min(0.4, self.clock.left / 3)), legal)

    def _as_sessions(self, kept: Sequence[Kept]) -> list[PlannedSession]:
        problem, week = self.week.problem, self.week
        taken = {s.id for s in self.now.sessions}
        names = (n for i in range(1, 1 << 20) if (n := f"r{i}") not in taken)
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


def _by_patient(attendances: Iterable[tuple[int, Key]]) -> Weeks:
    found: Weeks = {}
    for p, key in attendances:
        found.setdefault(p, set()).add(key)
    return found
