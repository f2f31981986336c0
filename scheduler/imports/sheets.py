"""The four sheets that people, rooms and commitments are imported from: their columns and what they mean.

A column that a file leaves out stays as it is stored. In a column that is there, an empty cell means "not
given". What has no column (a patient's own requirements) is not touched by an import.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from scheduler.imports import forms as f
from scheduler.imports.forms import Form
from scheduler.problem import FLAGGED_RULES, PROGRAM_RULES

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where its value is in the document, how it looks, what it means."""

    name: str
    form: Form
    meaning: str
    place: tuple[str, ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        return self.place or (self.name,)


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    meaning: str
    columns: tuple[Column, ...]
    needed: tuple[str, ...]

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)


_C = Column
PATIENTS: Final = Sheet(
    "patients",
    "a row a patient",
    (
        _C("id", f.ID, "the patient's id, never a name or a number that others know"),
        _C("name", f.TEXT, "shown on the schedulers' page alone"),
        _C("program", f.ID, "id of the program"),
        _C("priority", f.COUNT, "1 to 5, higher first"),
        _C("primary_clinician", f.ID, "id of the clinician"),
        _C("tags", f.LIST, "what session types ask for"),
        _C("telehealth", f.YES_NO, "may attend by video"),
        _C("active_from", f.DATE, "first date with sessions", ("active", "from")),
        _C("active_until", f.DATE, "last date with sessions", ("active", "until")),
        _C("authorized_days", f.COUNT, "care days that this week may still use", ("authorized", "days")),
        _C("authorized_minutes", f.COUNT, "care minutes likewise", ("authorized", "minutes")),
        _C("authorized_from", f.DATE, "first date that is authorized", ("authorized", "from")),
        _C("authorized_until", f.DATE, "last date that is authorized", ("authorized", "until")),
        _C("preferred", f.WEEKLY, "when sessions suit best"),
        _C("care_minutes", f.RANGE, "instead of the program's: care minutes a week"),
        _C("days", f.RANGE, "instead of the program's: care days a week"),
        _C("day_care_minutes", f.RANGE, "instead of the program's: care minutes on a care day"),
        _C("max_idle_minutes", f.MINUTES, "instead of the program's"),
        _C("max_gap_days", f.COUNT, "instead of the program's"),
        _C("min_services_per_day", f.COUNT, "instead of the program's"),
        _C("group_every_day", f.YES_NO, "instead of the program's"),
        _C("enforce", f.some_of(*FLAGGED_RULES), "instead of the program's: flagged rules that are hard"),
        _C("lift", f.some_of(*PROGRAM_RULES), "rules of the program that do not hold for this patient"),
    ),
    ("id",),
)
COMMITMENTS: Final = Sheet(
    "commitments",
    "a row a commitment; who is in this sheet has these commitments and no others",
    (
        _C("patient", f.ID, "id of the patient"),
        _C("id", f.ID, "an id among the patient's commitments; left out, it is numbered"),
        _C("kind", f.one_of("work", "school", "family", "legal", "medical", "other"), "nothing but the kind"),
        _C("days", f.DAYS, "weekly: on these days"),
        _C("date", f.DATE, "or once: on this date"),
        _C("until_date", f.DATE, "with date: each day up to this one"),
        _C("start", f.CLOCK, "begins"),
        _C("end", f.CLOCK, "ends; not after the start: on the next day"),
        _C("from", f.DATE, "weekly: first date"),
        _C("until", f.DATE, "weekly: last date"),
        _C("travel_minutes", f.MINUTES, "on the way, before and after"),
        _C("strength", f.one_of("hard", "soft"), "hard: no session then"),
        _C("weight", f.COUNT, "soft: 1 to 5"),
    ),
    ("patient", "start", "end"),
)
CLINICIANS: Final = Sheet(
    "clinicians",
    "a row a clinician",
    (
        _C("id", f.ID, "the clinician's id"),
        _C("name", f.TEXT, "as staff know them"),
        _C("credentials", f.LIST, "what session types ask for"),
        _C("availability", f.WEEKLY, "weekly working hours"),
        _C("time_off", f.DATED, "away"),
        _C("max_day_minutes", f.MINUTES, "in sessions a day, at most"),
        _C("max_week_minutes", f.MINUTES, "in sessions a week, at most"),
        _C("buffer_minutes", f.MINUTES, "kept free after each session"),
        _C("max_consecutive_minutes", f.MINUTES, "without a break, at most"),
        _C("break_minutes", f.MINUTES, "a pause that counts as a break"),
    ),
    ("id",),
)
ROOMS: Final = Sheet(
    "rooms",
    "a row a room",
    (
        _C("id", f.ID, "the room's id"),
        _C("name", f.TEXT, "as staff know it"),
        _C("capacity", f.COUNT, "patients, at most"),
        _C("features", f.LIST, "what session types ask for"),
        _C("turnover_minutes", f.MINUTES, "kept free between sessions"),
        _C("closures", f.DATED, "closed"),
    ),
    ("id",),
)
SHEETS: Final = {sheet.name: sheet for sheet in (PATIENTS, COMMITMENTS, CLINICIANS, ROOMS)}


def cells_of(sheet: Sheet, document: Json) -> list[Any]:
    """One row, as a person would type it: nothing where nothing is given."""
    row = []
    for column in sheet.columns:
        value: Any = document
        for step in column.path:
            value = value.get(step) if isinstance(value, dict) else None
        nothing = value is None or value == "" or (value == [] and column.name not in PROGRAM_RULES)
        row.append(None if nothing else column.form.write(value))
    return row
