"""Hand-outs (HTML, for paper): one A4 page a patient, or the page of one patient, clinician or room.

A sheet of paper gets left on a bus, so it says when and nothing else: neither clinic, session, room nor
people. `wording="full"` names them. Nobody else's attendance is on a page in any wording. The file stands
alone: no script, nothing from outside, and a policy in it that would refuse both.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from hashlib import sha256
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import Final, NamedTuple

from scheduler.exports import Extract, Wording
from scheduler.exports.instants import week_of
from scheduler.names import Names
from scheduler.show import long_date
from scheduler.timetable import PlannedSession

# More rows than this do not fit on a page in the usual size of type; names take a second line.
ROWS_IN_FULL_SIZE: Final = {"neutral": 20, "full": 12}
DRAFT: Final = "Draft: these times may still change."


class Page(NamedTuple):
    """Whose page it is, and their sessions."""

    owner: str
    sessions: Sequence[PlannedSession]


class Column(NamedTuple):
    heading: str
    cell: Callable[[PlannedSession], str]


def write(extract: Extract, wording: Wording = "neutral") -> bytes:
    columns = tuple(_columns(extract, wording))
    title = (extract.names.clinic or extract.timetable.clinic) if wording == "full" else "Appointments"
    body = "".join(
        _page(page, title, columns, extract, ROWS_IN_FULL_SIZE[wording]) for page in _pages(extract)
    )
    style = files("scheduler.exports").joinpath("handout.css").read_text(encoding="utf-8")
    return _document(title, style, body).encode()


def _pages(extract: Extract) -> Iterator[Page]:
    sessions = tuple(extract.sessions())
    if extract.patient is not None:
        yield Page(extract.patient, sessions)
    elif extract.clinician is not None:
        yield Page(extract.names.clinician(extract.clinician), sessions)
    elif extract.room is not None:
        yield Page(extract.names.room(extract.room), sessions)
    else:
        for patient in extract.timetable.patients:
            yield Page(patient.id, [s for s in sessions if patient.id in s.patients])


def _columns(extract: Extract, wording: Wording) -> Iterator[Column]:
    names = extract.names
    yield Column("Time", lambda s: _time_span(s, names))
    if wording == "neutral":
        yield Column("What", lambda s: "Appointment")
        if any(names.by_video(s.session_type) for s in extract.timetable.sessions):
            yield Column("Where", lambda s: _place(s, names, "in person"))
    else:
        yield Column("What", lambda s: names.session_type(s.session_type))
        yield Column("With", lambda s: names.clinicians(s.clinicians))
        yield Column("Where", lambda s: _place(s, names, names.room(s.room)))


def _place(session: PlannedSession, names: Names, in_person: str) -> str:
    return "by video" if names.by_video(session.session_type) else in_person


def _page(page: Page, title: str, columns: Sequence[Column], extract: Extract, rows: int) -> str:
    size = " small" if len(page.sessions) > rows else ""
    week = long_date(week_of(extract.timetable))
    draft = "" if extract.published else f'<p class="draft">{DRAFT}</p>\n'
    return (
        f'<section class="page{size}">\n<header>\n<h1>{escape(title)}</h1>\n'
        f'<p class="owner">{escape(page.owner)}</p>\n<p>Week of {week}</p>\n{draft}</header>\n'
        f"{_table(page.sessions, columns)}</section>\n"
    )


def _table(sessions: Sequence[PlannedSession], columns: Sequence[Column]) -> str:
    if not sessions:
        return "<p>No appointments this week.</p>\n"
    headings = "".join(
        f'<th scope="col">{escape(name)}</th>' for name in ("Day", *(c.heading for c in columns))
    )
    days = "".join(
        _day(day, list(on_day), columns) for day, on_day in groupby(sessions, lambda s: s.start.date())
    )
    return f"<table>\n<thead><tr>{headings}</tr></thead>\n{days}</table>\n"


def _day(day: date, sessions: Sequence[PlannedSession], columns: Sequence[Column]) -> str:
    """A group of rows, which printers keep together."""
    heading = f'<th scope="rowgroup" rowspan="{len(sessions)}">{day:%A}<br>{day:%B} {day.day}</th>'
    rows = ["".join(f"<td>{escape(column.cell(s))}</td>" for column in columns) for s in sessions]
    lines = "".join(f"<tr>{heading if i == 0 else ''}{row}</tr>\n" for i, row in enumerate(rows))
    return f"<tbody>\n{lines}</tbody>\n"


def _time_span(session: PlannedSession, names: Names) -> str:
    end = names.end(session)
    return f"{_clock(session.start)} – {_clock(end)}" if end else _clock(session.start)


def _clock(moment: datetime) -> str:
    """As patients read it: 9:00 AM."""
    return f"{moment.hour % 12 or 12}:{moment:%M} {'AM' if moment.hour < 12 else 'PM'}"


def _document(title: str, style: str, body: str) -> str:
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="robots" content="noindex">\n<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
