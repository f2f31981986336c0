"""What a document may hold although it plays no part in the week: other dates, and ids of the past."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduler.calendar import DAYS, WEEK, Calendar, overlap
from scheduler.intake.foresight.outlook import Outlook
from scheduler.intake.place import Steps, shown
from scheduler.problem import Commitment, DatedWindow
from scheduler.setting import Setting


def warn_of_ignored(outlook: Outlook) -> None:
    setting = outlook.setting
    for steps, window in _dated_windows(setting):
        if not _touches(setting.calendar, window):
            _outside(outlook, steps, window)
    for p, patient in enumerate(setting.problem.patients):
        for c, commitment in enumerate(patient.commitments):
            if commitment.date is not None and not _reaches(setting.calendar, commitment):
                _outside(outlook, ("patients", p, "commitments", c), commitment)
    _baseline_ids(outlook)


def _dated_windows(setting: Setting) -> Iterator[tuple[Steps, DatedWindow]]:
    problem = setting.problem
    lists: list[tuple[Steps, Sequence[DatedWindow]]] = [
        (("clinic", "closures"), problem.clinic.closures),
        *((("clinicians", n, "time_off"), c.time_off) for n, c in enumerate(problem.clinicians)),
        *((("rooms", n, "closures"), r.closures) for n, r in enumerate(problem.rooms)),
    ]
    for steps, windows in lists:
        for index, window in enumerate(windows):
            yield (*steps, index), window


def _touches(calendar: Calendar, window: DatedWindow) -> bool:
    return calendar.day_of(window.date) < DAYS and calendar.day_of(window.until_date or window.date) >= 0


def _reaches(calendar: Calendar, commitment: Commitment) -> bool:
    """Also from the evening before, and by travel."""
    return any(overlap(taken, (0, WEEK)) for taken in calendar.taken_by(commitment, in_person=True))


def _outside(outlook: Outlook, steps: Steps, dated: DatedWindow | Commitment) -> None:
    last = dated.until_date
    dates = f"{dated.date} to {last}" if last not in (None, dated.date) else f"{dated.date}"
    message = f"{dates} is outside the planning week and is ignored"
    outlook.warn((*steps, "date"), "ignored_date", message)


def _baseline_ids(outlook: Outlook) -> None:
    """Each id once, where it is met first: someone who left is in many sessions."""
    setting = outlook.setting
    known = {
        "session_type": setting.types.keys(),
        "clinician": setting.clinicians.keys(),
        "room": setting.rooms.keys(),
        "patient": setting.patients.keys(),
    }
    told = set()
    for kind, name, steps in _baseline_named(setting):
        if name not in known[kind] and (kind, name) not in told:
            told.add((kind, name))
            message = f"there is no {kind.replace('_', ' ')} {shown(name)} any more; it is ignored"
            outlook.warn(steps, "ignored_id", message)


def _baseline_named(setting: Setting) -> Iterator[tuple[str, str, Steps]]:
    sessions = setting.problem.baseline.sessions if setting.problem.baseline else ()
    for s, session in enumerate(sessions):
        steps: Steps = ("baseline", "sessions", s)
        yield "session_type", session.session_type, (*steps, "session_type")
        for c, clinician in enumerate(session.clinicians or ()):
            yield "clinician", clinician, (*steps, "clinicians", c)
        if session.room is not None:
            yield "room", session.room, (*steps, "room")
        for p, patient in enumerate(session.patients):
            yield "patient", patient, (*steps, "patients", p)
