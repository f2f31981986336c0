"""A timetable as tables for a terminal: the clinic's week, or the week of one patient, clinician or room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Final, NamedTuple

from rich import box
from rich.table import Table
from rich.text import Text

from scheduler.names import Names
from scheduler.problem import Problem
from scheduler.timetable import PatientFigures, PlannedSession, ResourceFigures, Timetable

FLAGS: Final = {
    "day_care_min": ("care day below its minimum", "care days below their minimum"),
    "days_min": ("care day missing", "care days missing"),
    "gap": ("gap between care days too long", "gaps between care days too long"),
    "services_min": ("care day with too few services", "care days with too few services"),
    "group_daily": ("care day without a group", "care days without a group"),
}
# From this width on a line has room for the ids of a full group beside everything else.
WIDTH_FOR_PATIENT_IDS: Final = 120


class Column(NamedTuple):
    """A heading, and what stands below it for one session."""

    heading: str
    cell: Callable[[PlannedSession], str]
    right: bool = False


class Week:
    """The tables of one timetable; `plain` ones carry no lines, for files and pipes."""

    def __init__(self, timetable: Timetable, problem: Problem | None = None, plain: bool = False) -> None:
        self.timetable = timetable
        self.names = Names(problem)
        self.plain = plain

    def clinic(self, width: int) -> Table:
        columns = [self._time(), self._type(), self._led_by(), self._room()]
        if width >= WIDTH_FOR_PATIENT_IDS:
            columns += [Column("N", lambda s: str(len(s.patients)), right=True)]
            columns += [Column("Patients", lambda s: " ".join(sorted(s.patients)))]
        else:
            columns.append(self._patients())
        return self._table(self._title(), self.timetable.sessions, columns)

    def patient(self, patient: str) -> Table:
        """Nobody else's ids: this one may be handed to the patient."""
        sessions = [s for s in self.timetable.sessions if patient in s.patients]
        columns = [self._time(), self._minutes(), self._type(), self._led_by(), self._room()]
        return self._table(f"{patient}, {self._title()}", sessions, columns)

    def clinician(self, clinician: str) -> Table:
        sessions = [s for s in self.timetable.sessions if clinician in s.clinicians]
        others = Column("With", lambda s: self.names.clinicians(c for c in s.clinicians if c != clinician))
        columns = [self._time(), self._minutes(), self._type(), others, self._room(), self._patients()]
        return self._table(f"{self.names.clinician(clinician)}, {self._title()}", sessions, columns)

    def room(self, room: str) -> Table:
        sessions = [s for s in self.timetable.sessions if s.room == room]
        columns = [self._time(), self._minutes(), self._type(), self._led_by(), self._patients()]
        return self._table(f"{self.names.room(room)}, {self._title()}", sessions, columns)

    def _table(self, title: str, sessions: Iterable[PlannedSession], columns: Sequence[Column]) -> Table:
        table = Table(
            title=Text(title, style="bold"),
            title_justify="left",
            box=None if self.plain else box.SIMPLE_HEAD,
            pad_edge=False,
            padding=(0, 2 if self.plain else 1, 0, 0),
        )
        table.add_column("Day", no_wrap=True)
        for column in columns:
            fixed = column.heading == "Time"
            table.add_column(column.heading, justify="right" if column.right else "left", no_wrap=fixed)
        for day, on_day in groupby(in_order(sessions), lambda s: s.start.date()):
            for i, session in enumerate(on_day):
                heading = Text(day_name(day), style="bold") if i == 0 else Text("")
                table.add_row(heading, *(Text(c.cell(session)) for c in columns))
            table.add_section()
        return table

    def _title(self) -> str:
        clinic = self.names.clinic or self.timetable.clinic
        return f"{clinic}, week of {long_date(date.fromisoformat(self.timetable.week_start))}"

    def _time(self) -> Column:
        return Column("Time", lambda s: time_span(s.start, self.names.end(s)))

    def _minutes(self) -> Column:
        return Column("Min", self._length, right=True)

    def _length(self, session: PlannedSession) -> str:
        end = self.names.end(session)
        return "" if end is None else str(int((end - session.start).total_seconds()) // 60)

    def _type(self) -> Column:
        return Column("Session", lambda s: self.names.session_type(s.session_type))

    def _led_by(self) -> Column:
        return Column("Led by", lambda s: self.names.clinicians(s.clinicians))

    def _room(self) -> Column:
        return Column("Room", lambda s: self.names.room(s.room))

    def _patients(self) -> Column:
        """How many, or who it is where it is one."""
        return Column(
            "Pat.", lambda s: s.patients[0] if len(s.patients) == 1 else str(len(s.patients)), right=True
        )


def patient_totals(figures: PatientFigures) -> Iterator[str]:
    """What a patient's week adds up to, a line each."""
    yield (
        f"Care: {hours(figures.care_minutes)} on {counted(figures.care_days, 'day')}; "
        f"sessions of any kind on {counted(figures.attended_days, 'day')}, "
        f"with {figures.idle_minutes} min of waiting between them."
    )
    yield "Sessions: " + (", ".join(f"{k} {n}" for k, n in figures.requirements.items()) or "none") + "."
    yield f"Unmet: {figures.unmet_minutes} min." if figures.unmet_minutes else "Unmet: nothing."
    if figures.breaches:
        yield "Flagged: " + ", ".join(f"{b.count} {flag(b.rule, b.count)}" for b in figures.breaches) + "."
    if figures.kept is not None:
        yield f"Kept from the baseline: {figures.kept:.0%}."
    for reason in figures.reasons:
        yield f"Why: {reason.text}"


def flag(rule: str, count: int) -> str:
    """What the breach of a flagged rule is called, in words."""
    return FLAGS.get(rule, (rule, rule))[count != 1]


def resource_totals(figures: ResourceFigures) -> str:
    return f"In sessions: {hours(figures.minutes)} of {hours(figures.available_minutes)} available."


def in_order(sessions: Iterable[PlannedSession]) -> list[PlannedSession]:
    return sorted(sessions, key=lambda s: (s.start, s.session_type, s.room or "", s.id))


def time_span(start: datetime, end: datetime | None) -> str:
    return f"{start:%H:%M}–{end:%H:%M}" if end else f"{start:%H:%M}"


def day_name(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def long_date(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def hours(minutes: int) -> str:
    """Hours as a scheduler says them: whole and half ones without more digits than they need."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".") + " h"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
