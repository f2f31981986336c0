"""Standing groups that lapse in the week, and dates in care that a week of several phases leaves out."""

from __future__ import annotations

from scheduler.intake.foresight.outlook import Outlook
from scheduler.intake.place import shown
from scheduler.phases import in_care
from scheduler.problem import WEEKDAYS, format_clock
from scheduler.standing import places


def warn_of_standing(outlook: Outlook) -> None:
    calendar = outlook.setting.calendar
    for place in places(outlook.setting.problem):
        if place.lapsed is not None:
            day = calendar.date_of(place.interval[0] // 1440)
            when = f"{day} {format_clock(place.given.start)}"
            message = f"the standing group {shown(place.given.id)} lapses on {when}: {place.lapsed}"
            outlook.warn(("clinic", "standing", place.number), "standing_lapsed", message)


def warn_of_phases(outlook: Outlook) -> None:
    problem = outlook.setting.problem
    weekdays = {day for window in problem.clinic.opening_hours for day in window.days}
    for number, patient in enumerate(problem.patients):
        if not patient.phases:
            continue
        held = in_care(
            patient.program,
            patient.phases,
            problem.clinic.week_start,
            lambda d: WEEKDAYS[d.weekday()] in weekdays,
        )
        if held.left_out:
            dates = ", ".join(day.isoformat() for day in held.left_out)
            message = f"one run of dates in care is planned in a week; {dates} are left out"
            outlook.warn(("patients", number, "phases"), "phase_split", message)
