"""Wall clock <-> minutes of the planning week: the only place that does time arithmetic.

Every time in the library is an integer number of minutes after 00:00 of `week_start`, by the clinic's wall
clock: day d is [1440 d, 1440 (d + 1)), the week is [0, 10080). Intervals are half-open pairs (start, end).
A clock change moves no wall-clock time, so it does not appear here; exports carry the zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property

from scheduler.problem import (
    WEEKDAYS,
    ActiveDates,
    Closure,
    Commitment,
    DatedWindow,
    Patient,
    Problem,
    SessionType,
    WeeklyWindow,
)

DAY = 1440
DAYS = 7
WEEK = DAY * DAYS

Interval = tuple[int, int]


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The intervals of single days with overlapping and touching ones joined, never across midnight."""
    joined: list[Interval] = []
    for start, end in sorted(i for i in intervals if i[0] < i[1]):
        if joined and start <= joined[-1][1] and start // DAY == joined[-1][0] // DAY:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def overlap(a: Interval, b: Interval) -> int:
    """Minutes that two intervals share."""
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def overlaps_any(interval: Interval, others: Iterable[Interval]) -> bool:
    return any(overlap(interval, other) > 0 for other in others)


def inside_any(interval: Interval, windows: Iterable[Interval]) -> bool:
    """Whether one of the (merged) windows contains the whole interval."""
    return any(w[0] <= interval[0] and interval[1] <= w[1] for w in windows)


def minutes_outside(interval: Interval, windows: Iterable[Interval]) -> int:
    """Minutes of the interval that lie in none of the (merged) windows."""
    return interval[1] - interval[0] - sum(overlap(interval, w) for w in windows)


class Calendar:
    """The dates of one planning week and every window of a problem, in week minutes."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.week_start: date = problem.clinic.week_start
        first = self.week_start.weekday()
        self.weekdays: tuple[str, ...] = tuple(WEEKDAYS[(first + d) % 7] for d in range(DAYS))
        self._midnight = datetime.combine(self.week_start, datetime.min.time())

    # -- dates and times ------------------------------------------------------------------------------------

    def day_of(self, day: date) -> int:
        """0 … 6 inside the planning week; any other integer outside."""
        return day.toordinal() - self.week_start.toordinal()

    def date_of(self, day: int) -> date:
        return self.week_start + timedelta(days=day)

    def minute_of(self, moment: datetime) -> int:
        """Week minutes of a local time; negative or ≥ 10080 outside the week."""
        return self.day_of(moment.date()) * DAY + moment.hour * 60 + moment.minute

    def moment_of(self, minute: int) -> datetime:
        return self._midnight + timedelta(minutes=minute)

    def weekday_and_clock(self, moment: datetime) -> tuple[str, int]:
        """What baselines are compared by."""
        return WEEKDAYS[moment.weekday()], moment.hour * 60 + moment.minute

    # -- expanding windows ----------------------------------------------------------------------------------

    def weekly(self, windows: Sequence[WeeklyWindow]) -> tuple[Interval, ...]:
        """Merged intervals of weekly windows in the planning week."""
        return merged(
            (d * DAY + w.start, d * DAY + w.end)
            for w in windows
            for d, weekday in enumerate(self.weekdays)
            if weekday in w.days
        )

    def dated(self, windows: Sequence[DatedWindow]) -> tuple[Interval, ...]:
        """Merged intervals of dated windows inside the planning week; other dates are ignored."""
        return merged(
            (d * DAY + w.start, d * DAY + w.end)
            for w in windows
            for d in range(DAYS)
            if self.day_of(w.date) <= d <= self.day_of(w.until_date or w.date)
        )

    def days_between(self, dates: ActiveDates) -> frozenset[int]:
        """The days of the week from `from` to `until`, both included."""
        return frozenset(d for d in range(DAYS) if self._holds(dates, d))

    def _holds(self, dates: ActiveDates, day: int) -> bool:
        after = dates.from_ is None or self.day_of(dates.from_) <= day
        return after and (dates.until is None or day <= self.day_of(dates.until))

    def occurrences(self, commitment: Commitment) -> Iterator[Interval]:
        """Intervals of a commitment that begin in the week or the evening before it (may reach outside)."""
        length = commitment.end - commitment.start
        if length <= 0:
            length += DAY
        for d in range(-1, DAYS):
            if self._occurs(commitment, d):
                yield d * DAY + commitment.start, d * DAY + commitment.start + length

    def _occurs(self, commitment: Commitment, day: int) -> bool:
        if commitment.days is not None:
            return self.weekdays[day % DAYS] in commitment.days and self._holds(commitment, day)
        if commitment.date is None:
            return False
        last = commitment.until_date or commitment.date
        return self.day_of(commitment.date) <= day <= self.day_of(last)

    # -- the windows of a problem ---------------------------------------------------------------------------

    @cached_property
    def opening(self) -> tuple[Interval, ...]:
        return self.weekly(self.problem.clinic.opening_hours)

    @cached_property
    def open_days(self) -> frozenset[int]:
        """Days with opening hours (closures do not count: they are what minima are not scaled for)."""
        return frozenset(start // DAY for start, _ in self.opening)

    def closed(self, in_person: bool) -> tuple[Interval, ...]:
        """When the clinic is closed for sessions of that delivery."""
        return self._closed[in_person]

    @cached_property
    def _closed(self) -> dict[bool, tuple[Interval, ...]]:
        closures: tuple[Closure, ...] = self.problem.clinic.closures
        return {
            True: self.dated(closures),
            False: self.dated([c for c in closures if c.applies_to == "all"]),
        }

    @cached_property
    def type_windows(self) -> dict[str, tuple[Interval, ...] | None]:
        """Per session type its merged windows, or None when it has none and may be at any opening time."""
        return {t.id: self.weekly(t.windows) if t.windows else None for t in self.problem.session_types}

    @cached_property
    def availability(self) -> dict[str, tuple[Interval, ...]]:
        return {c.id: self.weekly(c.availability) for c in self.problem.clinicians}

    @cached_property
    def time_off(self) -> dict[str, tuple[Interval, ...]]:
        return {c.id: self.dated(c.time_off) for c in self.problem.clinicians}

    @cached_property
    def room_closed(self) -> dict[str, tuple[Interval, ...]]:
        return {r.id: self.dated(r.closures) for r in self.problem.rooms}

    @cached_property
    def preferred(self) -> dict[str, tuple[Interval, ...] | None]:
        return {p.id: self.weekly(p.preferred) if p.preferred else None for p in self.problem.patients}

    @cached_property
    def active_days(self) -> dict[str, frozenset[int]]:
        return {p.id: self.days_between(p.active) for p in self.problem.patients}

    @cached_property
    def authorized_days(self) -> dict[str, frozenset[int]]:
        return {p.id: self.days_between(p.authorized) for p in self.problem.patients}

    def busy(self, patient: Patient, in_person: bool) -> tuple[Interval, ...]:
        """When hard commitments keep a patient from a session of that delivery (travel in person only)."""
        return self._busy[patient.id, in_person]

    @cached_property
    def _busy(self) -> dict[tuple[str, bool], tuple[Interval, ...]]:
        return {
            (p.id, in_person): tuple(
                interval
                for c in p.commitments
                if c.strength == "hard"
                for interval in self.taken_by(c, in_person)
            )
            for p in self.problem.patients
            for in_person in (True, False)
        }

    def taken_by(self, commitment: Commitment, in_person: bool) -> Iterator[Interval]:
        """Occurrences of one commitment, widened by travel for in-person sessions."""
        travel = commitment.travel_minutes if in_person else 0
        for start, end in self.occurrences(commitment):
            yield start - travel, end + travel

    def dated_busy(self, patient: Patient, in_person: bool) -> tuple[Interval, ...]:
        """As `busy`, from dated commitments alone: what excuses a cohort's member from a session."""
        return tuple(
            interval
            for c in patient.commitments
            if c.strength == "hard" and c.date is not None
            for interval in self.taken_by(c, in_person)
        )

    def soft(self, patient: Patient) -> tuple[tuple[Interval, int], ...]:
        """Occurrences of soft commitments with their weights; travel is never added."""
        return tuple(
            (interval, c.weight)
            for c in patient.commitments
            if c.strength == "soft"
            for interval in self.occurrences(c)
        )

    def starts(self, session_type: SessionType) -> tuple[int, ...]:
        """Every start of a type that the grid, opening hours, windows and closures allow (week minutes)."""
        every = session_type.start_every_minutes or self.problem.clinic.slot_minutes
        windows = self.type_windows[session_type.id]
        closed = self.closed(session_type.in_person)
        found = []
        for day in range(DAYS):
            for clock in range(0, DAY - session_type.minutes + 1, every):
                place = (day * DAY + clock, day * DAY + clock + session_type.minutes)
                if (
                    inside_any(place, self.opening)
                    and (windows is None or inside_any(place, windows))
                    and not overlaps_any(place, closed)
                ):
                    found.append(place[0])
        return tuple(found)
