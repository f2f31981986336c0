"""What does not add up within a clinic, its session types, rules and patients."""

from __future__ import annotations

from datetime import date
from typing import Final

from scheduler.calendar import DAY
from scheduler.intake.place import EACH, EnoughFaults, Faults, Place, shown
from scheduler.intake.references import RULES_OF
from scheduler.problem import Clinic, Mode, format_clock

MAX_PATIENTS: Final = 2000
# A week needs dates before and after it: an evening before, a midnight after, another zone's date.
FIRST_WEEK: Final = date(1900, 1, 1)
LAST_WEEK: Final = date(9999, 12, 1)

WEEKLY_WINDOWS: Final = (
    ("clinic", "opening_hours", EACH),
    ("session_types", EACH, "windows", EACH),
    ("clinicians", EACH, "availability", EACH),
    ("patients", EACH, "preferred", EACH),
)
DATED_WINDOWS: Final = (
    ("clinic", "closures", EACH),
    ("clinicians", EACH, "time_off", EACH),
    ("rooms", EACH, "closures", EACH),
)
RANGES: Final = (
    ("session_types", EACH, "size"),
    *(
        (owners, EACH, *path)
        for owners in RULES_OF
        for path in (("requirements", EACH, "sessions"), ("care_minutes",), ("days",), ("day_care_minutes",))
    ),
)
FIRST_AND_LAST_DATES: Final = (
    *((*path, "date", "until_date") for path in DATED_WINDOWS),
    ("clinic", "standing", EACH, "from", "until"),
    ("patients", EACH, "active", "from", "until"),
    ("patients", EACH, "authorized", "from", "until"),
    ("patients", EACH, "commitments", EACH, "from", "until"),
    ("patients", EACH, "commitments", EACH, "date", "until_date"),
)


def check_arithmetic(root: Place, faults: Faults) -> None:
    _week(root.at("clinic", "week_start"), faults)
    _windows(root, faults)
    _dates_in_order(root, faults)
    _ranges(root, faults)
    _session_types(root, faults)
    for commitment in root.spots("patients", EACH, "commitments", EACH):
        if isinstance(commitment.value, dict):
            _commitment(commitment, faults)


def check_size(root: Place, faults: Faults) -> None:
    """A few patients too many are one fault among others; of very many only their number is looked at."""
    count = len(root.at("patients").entries())
    if count > MAX_PATIENTS:
        message = f"at most {MAX_PATIENTS:,} patients are planned at once, these are {count:,}"
        faults.add(root.at("patients"), "too_many_patients", message)
    if count > 10 * MAX_PATIENTS:
        raise EnoughFaults


def slot_of(root: Place) -> int | None:
    """The clinic's grid, or None when it is malformed and nothing can be said about it."""
    slot = root.at("clinic", "slot_minutes")
    if not slot.given:
        return int(Clinic.model_fields["slot_minutes"].default)
    return slot.whole if slot.whole in (5, 10, 15, 20, 30, 60) else None


# -- dates and windows --------------------------------------------------------------------------------------


def _week(week_start: Place, faults: Faults) -> None:
    if week_start.date is not None and not FIRST_WEEK <= week_start.date <= LAST_WEEK:
        message = (
            f"a planning week begins between {FIRST_WEEK} and {LAST_WEEK}, got {shown(week_start.value)}"
        )
        faults.add(week_start, "week_out_of_range", message)


def _windows(root: Place, faults: Faults) -> None:
    for path in WEEKLY_WINDOWS:
        for window in root.spots(*path):
            _end_after_start(window, faults)
    for path in DATED_WINDOWS:
        for window in root.spots(*path):
            _end_after_start(window, faults, start=0, end=DAY)


def _end_after_start(window: Place, faults: Faults, start: int | None = None, end: int | None = None) -> None:
    """`start` and `end` stand for a time that is not given."""
    if window.at("start").given:
        start = window.at("start").clock
    if window.at("end").given:
        end = window.at("end").clock
    if start == DAY:
        _no_start_at_midnight(window, faults)
    elif start is not None and end is not None and end <= start:
        message = f"the end, {format_clock(end)}, is not after the start, {format_clock(start)}"
        faults.add(window.at("end"), "end_not_after_start", message)


def _no_start_at_midnight(window: Place, faults: Faults) -> None:
    message = 'a start is at most "23:59"; only an end may be "24:00"'
    faults.add(window.at("start"), "start_at_midnight", message)


def _dates_in_order(root: Place, faults: Faults) -> None:
    for *path, first, last in FIRST_AND_LAST_DATES:
        for place in root.spots(*path):
            begins, ends = place.at(first).date, place.at(last).date
            if begins is not None and ends is not None and ends < begins:
                message = f"`{last}`, {ends}, is before `{first}`, {begins}"
                faults.add(place.at(last), "last_date_before_first", message)


def _ranges(root: Place, faults: Faults) -> None:
    for path in RANGES:
        for place in root.spots(*path):
            low, high = place.at("min").whole, place.at("max").whole
            if low is not None and high is not None and low > high:
                message = f"the minimum, {shown(low)}, is above the maximum, {shown(high)}"
                faults.add(place.at("min"), "min_above_max", message)


# -- session types ------------------------------------------------------------------------------------------


def _session_types(root: Place, faults: Faults) -> None:
    slot = slot_of(root)
    for session_type in root.spots("session_types", EACH):
        for name in ("minutes", "start_every_minutes"):
            _on_the_grid(session_type.at(name), slot, faults)
        _size(session_type, faults)


def _on_the_grid(minutes: Place, slot: int | None, faults: Faults) -> None:
    if slot is not None and minutes.whole is not None and minutes.whole % slot:
        message = f"{shown(minutes.value)} minutes is not a multiple of the clinic's slot of {slot} minutes"
        faults.add(minutes, "off_the_grid", message)


def _size(session_type: Place, faults: Faults) -> None:
    mode, size = session_type.at("mode").text, session_type.at("size")
    if mode == Mode.GROUP and not size.given:
        faults.add(size, "missing", "a group needs a size, its fewest and most patients")
    elif mode in (Mode.INDIVIDUAL, Mode.FAMILY) and isinstance(size.value, dict):
        if size.at("min").whole == size.at("max").whole == 1:
            return
        message = f"only groups have a size: {_a(mode)} session has exactly one patient"
        faults.add(size, "size_of_one_patient", message)


def _a(mode: str) -> str:
    return f"an {mode}" if mode == Mode.INDIVIDUAL else f"a {mode}"


# -- commitments --------------------------------------------------------------------------------------------


def _commitment(commitment: Place, faults: Faults) -> None:
    weekly, dated = commitment.at("days").given, commitment.at("date").given
    if commitment.at("start").clock == DAY:
        _no_start_at_midnight(commitment, faults)
    if weekly and dated:
        message = "a commitment is weekly (`days`) or dated (`date`), never both"
        faults.add(commitment.at("date"), "days_and_date", message)
    elif not weekly and not dated:
        message = "a commitment needs `days` (weekly) or `date` (dated)"
        faults.add(commitment, "days_or_date_missing", message)
    elif dated:
        for name in ("from", "until"):
            if commitment.at(name).given:
                message = f"`{name}` is for weekly commitments; a dated one has `date` and `until_date`"
                faults.add(commitment.at(name), "weekly_only", message)
    elif commitment.at("until_date").given:
        message = "`until_date` is for dated commitments; a weekly one has `from` and `until`"
        faults.add(commitment.at("until_date"), "dated_only", message)
