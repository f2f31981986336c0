"""A naive, independent judge of a timetable, written from the contract and its additions alone.

It imports nothing of the program and looks at plain parsed JSON. Every rule is spelled out the slow, literal
way, so that a disagreement with the program is worth reading. Times are minutes since 00:00 of `week_start`.

Where the contract is silent, this judge reads it so:
- a session whose type or start cannot be read, or that starts outside the week, is only a `reference` fault;
- unknown clinicians, rooms and patients are `reference` faults and then count as not being in the session, so
  that other rules (`facilitators`, `room`, `size`) may break as a consequence; a patient named twice in a
  session is a `reference` fault as well and counts once; a session without id is named by its position;
- `{"primary": true, "credentials": []}` means the same as `{"primary": true}`;
- commitments of the evening before the week count, weekly and dated alike, and so does travel that
  reaches past midnight; commitments that start after the week do not;
- a run of sessions continues from the latest end so far, should sessions of a clinician overlap;
- a patient without requirements (none given, or lifted) attends nothing;
- minima are not scaled where the patient is active on every open date, or where no date is open;
- a fact is one session per `happened` pin, so a copy of a session that happened is no fact; `pin` and
  `reference` findings are never excused by facts;
- where pins compete for sessions the earlier pins win; a pin's clinicians are compared in order, like a
  session's, and an empty list of them is not given;
- the facilitators of a group session are counted by its type, not by who is listed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import combinations, pairwise
from typing import Any

Doc = dict[str, Any]
Span = tuple[int, int]
Finding = tuple[str, str]

DAY = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
START = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
WEIGHTS = {
    "unmet_care": 100,
    "breach": 1000,
    "moved": 300,
    "clinician_changed": 20,
    "soft_commitment": 2,
    "not_preferred": 1,
    "idle": 1,
    "attended_day": 60,
    "facilitator_time": 4,
    "load_spread": 0,
}
# Claims of shares may be written with three decimals, as in the contract's own example.
SHARE_TOLERANCE = 0.0005 + 1e-9


@dataclass(frozen=True)
class Judgement:
    broken: list[Finding]
    terms: dict[str, int]
    objective: int
    patients: dict[str, Doc]
    clinicians: dict[str, int]
    rooms: dict[str, int]


@dataclass(frozen=True)
class Session:
    id: str
    type: Doc
    start: int
    clinicians: tuple[str, ...]
    room: str | None
    patients: tuple[str, ...]

    @property
    def minutes(self) -> int:
        return int(self.type["minutes"])

    @property
    def end(self) -> int:
        return self.start + self.minutes

    @property
    def span(self) -> Span:
        return self.start, self.end

    @property
    def day(self) -> int:
        return self.start // DAY

    @property
    def in_person(self) -> bool:
        return bool(get(self.type, "delivery", "in_person") == "in_person")

    @property
    def is_care(self) -> bool:
        return bool(get(self.type, "counts_as_care", True))

    @property
    def is_group(self) -> bool:
        return bool(self.type["mode"] == "group")


# --- reading documents ----------------------------------------------------------------------------


def get(doc: Doc, key: str, default: Any) -> Any:
    """The value of a field whose absence and null both mean the default."""
    value = doc.get(key)
    return default if value is None else value


@cache
def clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def merge(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def overlap(a: Span, b: Span) -> int:
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def meets_any(span: Span, others: Iterable[Span]) -> bool:
    return any(overlap(span, other) for other in others)


def lies_inside(span: Span, windows: Iterable[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in windows)


def too_close(sessions: Iterable[Session], pause: int) -> bool:
    """Whether any session plus the pause after it reaches a later one."""
    ordered = sorted(sessions, key=lambda session: session.span)
    return any(first.end + pause > later.start for first, later in combinations(ordered, 2))


class Week:
    """The problem, indexed by id, with its dates turned into minutes."""

    def __init__(self, problem: Doc) -> None:
        self.problem = problem
        self.clinic: Doc = problem["clinic"]
        self.first = date.fromisoformat(self.clinic["week_start"])
        self.types = self.by_id("session_types")
        self.programs = self.by_id("programs")
        self.clinicians = self.by_id("clinicians")
        self.rooms = self.by_id("rooms")
        self.patients = self.by_id("patients")
        self.open_days = [day for day in range(7) if self.weekly(get(self.clinic, "opening_hours", []), day)]
        for name, patient in self.patients.items():
            if get(patient, "phases", []):
                self.patients[name] = self.in_phase(patient)

    def by_id(self, collection: str) -> dict[str, Doc]:
        return {item["id"]: item for item in get(self.problem, collection, [])}

    def weekday(self, day: int) -> str:
        return WEEKDAYS[(self.first + timedelta(days=day)).weekday()]

    def day_number(self, text: str) -> int:
        return (date.fromisoformat(text) - self.first).days

    def moment(self, text: str) -> int:
        return self.day_number(text[:10]) * DAY + clock(text[11:])

    def text(self, moment: int) -> str:
        midnight = datetime(self.first.year, self.first.month, self.first.day)
        return (midnight + timedelta(minutes=moment)).strftime("%Y-%m-%dT%H:%M")

    def is_within(self, day: int, first: str | None, last: str | None) -> bool:
        after = first is None or self.day_number(first) <= day
        return after and (last is None or day <= self.day_number(last))

    def weekly(self, windows: list[Doc], day: int) -> list[Span]:
        today = [window for window in windows if self.weekday(day) in window["days"]]
        return merge((day * DAY + clock(w["start"]), day * DAY + clock(w["end"])) for w in today)

    def dated(self, windows: list[Doc]) -> list[Span]:
        return [
            (day * DAY + clock(get(window, "start", "00:00")), day * DAY + clock(get(window, "end", "24:00")))
            for window in windows
            for day in range(7)
            if self.is_within(day, window["date"], get(window, "until_date", window["date"]))
        ]

    def in_phase(self, patient: Doc) -> Doc:
        """The patient with the program and the active dates that the phases give them in this week."""

        def program(day: int) -> str | None:
            begun = [p for p in patient["phases"] if self.day_number(p["from"]) <= day]
            return str(held) if (held := begun[-1].get("program") if begun else patient["program"]) else None

        runs: list[list[int]] = [[]]
        for day in range(7):
            if program(day) is None:
                runs.append([])
            else:
                runs[-1].append(day)
        run = max(enumerate(runs), key=lambda r: (bool(r[1]), self.open_among(r[1]), r[0]))[1]
        active = dict(get(patient, "active", {}))
        days = [day for day in run if self.is_within(day, active.get("from"), active.get("until"))]
        first, last = (days[0], days[-1]) if days else (7, 6)
        names = list(dict.fromkeys(program(day) for day in run))
        held = max(
            enumerate(names),
            key=lambda n: (self.open_among([day for day in run if program(day) == n[1]]), n[0]),
            default=(0, patient["program"]),
        )[1]
        dates = {"from": self.text(first * DAY)[:10], "until": self.text(last * DAY)[:10]}
        weight = get(patient, "new_time_weight", 1)
        for phase in patient["phases"]:
            if phase.get("program") == held and -7 < self.day_number(phase["from"]) < 7:
                weight = get(phase, "new_time_weight", weight)
        return patient | {"program": held, "active": dates, "new_time_weight": weight}

    def open_among(self, days: list[int]) -> int:
        return len([day for day in days if day in self.open_days])

    def is_active(self, patient: Doc, day: int) -> bool:
        active = get(patient, "active", {})
        return self.is_within(day, active.get("from"), active.get("until"))

    def rule(self, patient: Doc, name: str) -> Any:
        """What holds for a patient: the own value replaces the program's, and lifting removes either."""
        if name in get(patient, "lift", []):
            return None
        program = self.programs.get(get(patient, "program", ""), {})
        return get(patient, name, program.get(name))

    def limit(self, patient: Doc, name: str, side: str, default: int | None = None) -> Any:
        return get(self.rule(patient, name) or {}, side, default)

    def requirements(self, patient: Doc) -> list[Doc]:
        return self.rule(patient, "requirements") or []

    def scaled(self, patient: Doc, minimum: int) -> int:
        opened = len(self.open_days)
        active = sum(self.is_active(patient, day) for day in self.open_days)
        if active == opened:
            return minimum
        return (2 * minimum * active + opened) // (2 * opened)

    def occurrences(self, commitment: Doc) -> list[Span]:
        start, end = clock(get(commitment, "start", "00:00")), clock(get(commitment, "end", "24:00"))
        if end <= start:
            end += DAY
        days = [day for day in range(-1, 7) if self.occurs(commitment, day)]
        return [(day * DAY + start, day * DAY + end) for day in days]

    def occurs(self, commitment: Doc, day: int) -> bool:
        if commitment.get("date") is not None:
            return self.is_within(day, commitment["date"], get(commitment, "until_date", commitment["date"]))
        listed = self.weekday(day) in commitment["days"]
        return listed and self.is_within(day, commitment.get("from"), commitment.get("until"))

    def is_taken(self, commitment: Doc, session: Session) -> bool:
        travel = get(commitment, "travel_minutes", 0) if session.in_person else 0
        spans = [(start - travel, end + travel) for start, end in self.occurrences(commitment)]
        return meets_any(session.span, spans)


def read_sessions(week: Week, timetable: Doc) -> tuple[list[Session], set[Finding]]:
    documents = get(timetable, "sessions", [])
    names = [get(document, "id", f"sessions/{position}") for position, document in enumerate(documents)]
    seen = Counter(names)
    faults = {("reference", name) for name in names if seen[name] > 1}
    sessions = []
    for name, document in zip(names, documents, strict=True):
        if not is_readable(week, document):
            faults.add(("reference", name))
            continue
        session = read_session(week, name, document)
        if has_faults(week, document, session):
            faults.add(("reference", name))
        sessions.append(session)
    return sessions, faults


def is_readable(week: Week, document: Doc) -> bool:
    start = document.get("start")
    if document.get("session_type") not in week.types or not isinstance(start, str):
        return False
    if not START.fullmatch(start):
        return False
    try:
        datetime.strptime(start, "%Y-%m-%dT%H:%M")
    except ValueError:
        return False
    return 0 <= week.day_number(start[:10]) < 7


def read_session(week: Week, name: str, document: Doc) -> Session:
    patients = dict.fromkeys(get(document, "patients", []))
    room = document.get("room")
    return Session(
        id=name,
        type=week.types[document["session_type"]],
        start=week.moment(document["start"]),
        clinicians=tuple(c for c in get(document, "clinicians", []) if c in week.clinicians),
        room=room if room in week.rooms else None,
        patients=tuple(patient for patient in patients if patient in week.patients),
    )


def has_faults(week: Week, document: Doc, session: Session) -> bool:
    return (
        document.get("id") is None
        or len(session.clinicians) != len(get(document, "clinicians", []))
        or len(session.patients) != len(get(document, "patients", []))
        or session.room != document.get("room")
        or get(document, "end", week.text(session.end)) != week.text(session.end)
    )


# --- rules of one session -------------------------------------------------------------------------


def keeps_grid(week: Week, session: Session) -> bool:
    minute = session.start % DAY
    slot = get(week.clinic, "slot_minutes", 15)
    hours = week.weekly(get(week.clinic, "opening_hours", []), session.day)
    windows = get(session.type, "windows", [])
    return (
        minute % slot == 0
        and minute % get(session.type, "start_every_minutes", slot) == 0
        and session.end <= (session.day + 1) * DAY
        and lies_inside(session.span, hours)
        and (not windows or lies_inside(session.span, week.weekly(windows, session.day)))
        and not is_closed(week, session)
    )


def is_closed(week: Week, session: Session) -> bool:
    closures = get(week.clinic, "closures", [])
    applying = [c for c in closures if get(c, "applies_to", "all") == "all" or session.in_person]
    return meets_any(session.span, week.dated(applying))


def keeps_facilitators(week: Week, session: Session) -> bool:
    entries = session.type["facilitators"]
    if len(session.clinicians) != len(entries) or len(set(session.clinicians)) != len(entries):
        return False
    pairs = zip(session.clinicians, entries, strict=True)
    return all(can_fill(week, session, clinician, entry) for clinician, entry in pairs)


def can_fill(week: Week, session: Session, clinician: str, entry: Doc) -> bool:
    wanted = get(entry, "credentials", [])
    held = get(week.clinicians[clinician], "credentials", [])
    holds_one = any(credential in held for credential in wanted)
    if get(entry, "primary", False):
        primaries = [week.patients[patient].get("primary_clinician") for patient in session.patients]
        return holds_one or all(stands_for(week, session, clinician, primary) for primary in primaries)
    return holds_one or not wanted


def stands_for(week: Week, session: Session, clinician: str, primary: str | None) -> bool:
    """Whether the clinician is the primary, or covers them in a time off that the session overlaps."""
    if primary is None or primary == clinician:
        return primary is not None
    own = week.clinicians[primary]
    return clinician in get(own, "covered_by", []) and meets_any(
        session.span, week.dated(get(own, "time_off", []))
    )


def keeps_availability(week: Week, session: Session) -> bool:
    for name in session.clinicians:
        clinician = week.clinicians[name]
        if not lies_inside(session.span, week.weekly(get(clinician, "availability", []), session.day)):
            return False
        if meets_any(session.span, week.dated(get(clinician, "time_off", []))):
            return False
    return True


def keeps_room(week: Week, session: Session) -> bool:
    wanted = session.type.get("room")
    if wanted is None or session.room is None:
        return wanted is None and session.room is None
    room = week.rooms[session.room]
    return (
        set(get(wanted, "features", [])) <= set(get(room, "features", []))
        and len(session.patients) <= get(room, "capacity", len(session.patients))
        and not meets_any(session.span, week.dated(get(room, "closures", [])))
    )


def keeps_size(week: Week, session: Session) -> bool:
    if not session.is_group:
        return len(session.patients) == 1
    size = session.type["size"]
    return len(session.patients) in range(size["min"], size["max"] + 1)


def keeps_audience(week: Week, session: Session) -> bool:
    audience = get(session.type, "audience", {})
    requires, excludes = set(get(audience, "requires", [])), set(get(audience, "excludes", []))
    tags = [set(get(week.patients[patient], "tags", [])) for patient in session.patients]
    return all(requires <= own and not excludes & own for own in tags)


def keeps_delivery(week: Week, session: Session) -> bool:
    return session.in_person or all(get(week.patients[p], "telehealth", False) for p in session.patients)


def keeps_apart(week: Week, session: Session) -> bool:
    return not any(set(pair) <= set(session.patients) for pair in get(week.problem, "apart", []))


def keeps_cohort(week: Week, session: Session) -> bool:
    cohorts = [c for c in get(week.problem, "cohorts", []) if session.type["id"] in c["session_types"]]
    present = [{p for p in cohort["patients"] if can_join(week, p, session)} for cohort in cohorts]
    return not cohorts or present.count(set(session.patients)) == 1


def can_join(week: Week, name: str, session: Session) -> bool:
    patient = week.patients[name]
    dated = [c for c in hard_commitments(patient) if c.get("date") is not None]
    return week.is_active(patient, session.day) and not any(week.is_taken(c, session) for c in dated)


def hard_commitments(patient: Doc) -> list[Doc]:
    return [c for c in get(patient, "commitments", []) if get(c, "strength", "hard") == "hard"]


SESSION_RULES = {
    "grid": keeps_grid,
    "facilitators": keeps_facilitators,
    "clinician_availability": keeps_availability,
    "room": keeps_room,
    "size": keeps_size,
    "audience": keeps_audience,
    "delivery": keeps_delivery,
    "apart": keeps_apart,
    "cohort": keeps_cohort,
}


# --- rules of clinicians and rooms ----------------------------------------------------------------


def of_clinician(sessions: list[Session], name: str) -> list[Session]:
    return [session for session in sessions if name in session.clinicians]


def minutes_of(sessions: Iterable[Session]) -> int:
    return sum(session.minutes for session in sessions)


def by_day(sessions: Iterable[Session]) -> dict[int, list[Session]]:
    days: dict[int, list[Session]] = defaultdict(list)
    for session in sorted(sessions, key=lambda session: session.span):
        days[session.day].append(session)
    return dict(days)


def clinician_findings(clinician: Doc, led: list[Session]) -> Iterator[str]:
    days = by_day(led).values()
    day_limit, week_limit = clinician.get("max_day_minutes"), clinician.get("max_week_minutes")
    if too_close(led, get(clinician, "buffer_minutes", 0)):
        yield "clinician_overlap"
    if day_limit is not None and any(minutes_of(day) > day_limit for day in days):
        yield "clinician_load"
    if week_limit is not None and minutes_of(led) > week_limit:
        yield "clinician_load"
    longest = clinician.get("max_consecutive_minutes")
    if longest is not None and any(longest_run(clinician, day) > longest for day in days):
        yield "clinician_break"


def longest_run(clinician: Doc, day: list[Session]) -> int:
    pause = get(clinician, "break_minutes", 0)
    start, end = day[0].span
    longest = end - start
    for session in day[1:]:
        if session.start - end >= pause:
            start, end = session.span
        end = max(end, session.end)
        longest = max(longest, end - start)
    return longest


# --- rules of patients ----------------------------------------------------------------------------


def care_by_day(sessions: Iterable[Session]) -> dict[int, list[Session]]:
    return by_day(session for session in sessions if session.is_care)


def care_minutes(sessions: Iterable[Session]) -> int:
    return minutes_of(session for session in sessions if session.is_care)


def idle_minutes(day: list[Session]) -> int:
    """Minutes in no session between the first and the last in-person session of a date."""
    present = [session.span for session in day if session.in_person]
    if not present:
        return 0
    stay = min(start for start, _ in present), max(end for _, end in present)
    busy = merge(session.span for session in day)
    return stay[1] - stay[0] - sum(overlap(stay, span) for span in busy)


def exceeds(value: int, limit: int | None) -> bool:
    return limit is not None and value > limit


def attended(requirement: Doc, sessions: Iterable[Session]) -> int:
    return sum(session.type["id"] in requirement["any_of"] for session in sessions)


def patient_findings(week: Week, patient: Doc, sessions: list[Session]) -> Iterator[str]:
    yield from place_findings(week, patient, sessions)
    yield from count_findings(week, patient, sessions)
    yield from care_findings(week, patient, sessions)
    enforced = week.rule(patient, "enforce") or []
    for rule, count in breaches(week, patient, sessions).items():
        if count and rule in enforced:
            yield rule


def place_findings(week: Week, patient: Doc, sessions: list[Session]) -> Iterator[str]:
    if too_close(sessions, 0):
        yield "patient_overlap"
    if any(week.is_taken(c, session) for c in hard_commitments(patient) for session in sessions):
        yield "commitment"
    if not all(week.is_active(patient, session.day) for session in sessions):
        yield "active"


def count_findings(week: Week, patient: Doc, sessions: list[Session]) -> Iterator[str]:
    per_day = Counter((session.type["id"], session.day) for session in sessions)
    # Here alone null and absent differ: an explicit null is "unlimited".
    if any(exceeds(count, week.types[kind].get("max_per_day", 1)) for (kind, _), count in per_day.items()):
        yield "max_per_day"
    required = week.requirements(patient)
    known = {kind for requirement in required for kind in requirement["any_of"]}
    over = [r for r in required if exceeds(attended(r, sessions), get(r, "sessions", {}).get("max"))]
    if over or any(session.type["id"] not in known for session in sessions):
        yield "requirement_max"


def care_findings(week: Week, patient: Doc, sessions: list[Session]) -> Iterator[str]:
    care_days = care_by_day(sessions)
    if exceeds(care_minutes(sessions), week.limit(patient, "care_minutes", "max")):
        yield "care_max"
    day_limit = week.limit(patient, "day_care_minutes", "max")
    if any(exceeds(minutes_of(day), day_limit) for day in care_days.values()):
        yield "day_care_max"
    if exceeds(len(care_days), week.limit(patient, "days", "max")):
        yield "days_max"
    idle_limit = week.rule(patient, "max_idle_minutes")
    if any(exceeds(idle_minutes(day), idle_limit) for day in by_day(sessions).values()):
        yield "idle_max"
    if not is_authorized(week, patient, sessions):
        yield "authorization"


def is_authorized(week: Week, patient: Doc, sessions: list[Session]) -> bool:
    authorized = get(patient, "authorized", {})
    return (
        not exceeds(len(care_by_day(sessions)), authorized.get("days"))
        and not exceeds(care_minutes(sessions), authorized.get("minutes"))
        and all(week.is_within(s.day, authorized.get("from"), authorized.get("until")) for s in sessions)
    )


def breaches(week: Week, patient: Doc, sessions: list[Session]) -> dict[str, int]:
    """How often each of the five flagged rules is broken, in the order in which they are reported."""
    care = care_by_day(sessions)
    day_minimum = week.limit(patient, "day_care_minutes", "min", 0)
    wanted_days = week.scaled(patient, week.limit(patient, "days", "min", 0))
    services = week.rule(patient, "min_services_per_day") or 0
    needs_group = week.rule(patient, "group_every_day") or False
    return {
        "day_care_min": sum(minutes_of(day) < day_minimum for day in care.values()),
        "days_min": max(0, wanted_days - len(care)) if care else 0,
        "gap": gap_breaches(sorted(care), week.rule(patient, "max_gap_days")),
        "services_min": sum(len(day) < services for day in care.values()),
        "group_daily": sum(needs_group and not any(s.is_group for s in day) for day in care.values()),
    }


def gap_breaches(days: list[int], allowed: int | None) -> int:
    between = [later - earlier - 1 for earlier, later in pairwise(days)]
    return sum(exceeds(dates, allowed) for dates in between)


# --- pins and facts -------------------------------------------------------------------------------


def fits_pin(week: Week, pin: Doc, session: Session) -> bool:
    wanted = pin["session"]
    if session.type["id"] != wanted["session_type"] or session.start != week.moment(wanted["start"]):
        return False
    if tuple(get(wanted, "clinicians", [])) not in ((), session.clinicians):
        return False
    if get(wanted, "room", session.room) != session.room:
        return False
    is_exact = get(pin, "frozen", False) or get(pin, "happened", False)
    return not is_exact or set(get(wanted, "patients", [])) == set(session.patients)


def match_pins(week: Week, sessions: list[Session]) -> dict[int, Session]:
    """Gives as many session pins as possible a session of their own; the keys are positions of pins."""
    choices: dict[int, list[int]] = {}
    for index, pin in enumerate(get(week.problem, "pins", [])):
        if pin.get("session") is not None:
            fitting = [place for place, session in enumerate(sessions) if fits_pin(week, pin, session)]
            choices[index] = sorted(fitting, key=lambda place: sessions[place].id != pin["session"].get("id"))
    holders: dict[int, int] = {}
    for index in choices:
        seat_pin(index, choices, holders, set())
    return {index: sessions[place] for place, index in holders.items()}


def seat_pin(index: int, choices: dict[int, list[int]], holders: dict[int, int], tried: set[int]) -> bool:
    for place in choices[index]:
        if place in tried:
            continue
        tried.add(place)
        if place not in holders or seat_pin(holders[place], choices, holders, tried):
            holders[place] = index
            return True
    return False


def pin_findings(week: Week, sessions: list[Session], seated: dict[int, Session]) -> Iterator[Finding]:
    for index, pin in enumerate(get(week.problem, "pins", [])):
        if pin.get("session") is not None:
            is_kept = index in seated
        else:
            place = (pin["session_type"], week.moment(pin["start"]))
            is_kept = any((s.type["id"], s.start) == place and pin["patient"] in s.patients for s in sessions)
        if not is_kept:
            yield "pin", f"pins/{index}"


def facts(week: Week, seated: dict[int, Session]) -> list[Session]:
    pins = get(week.problem, "pins", [])
    return [session for index, session in seated.items() if get(pins[index], "happened", False)]


# --- the verdict ----------------------------------------------------------------------------------


def sessions_by_patient(week: Week, sessions: list[Session]) -> dict[str, list[Session]]:
    attending: dict[str, list[Session]] = {name: [] for name in week.patients}
    for session in sessions:
        for patient in session.patients:
            attending[patient].append(session)
    return attending


def rule_findings(week: Week, sessions: list[Session]) -> set[Finding]:
    found = {(rule, s.id) for s in sessions for rule, keeps in SESSION_RULES.items() if not keeps(week, s)}
    for name, clinician in week.clinicians.items():
        found |= {(rule, name) for rule in clinician_findings(clinician, of_clinician(sessions, name))}
    for name, room in week.rooms.items():
        held = [session for session in sessions if session.room == name]
        if too_close(held, get(room, "turnover_minutes", 0)):
            found.add(("room", name))
    for name, own in sessions_by_patient(week, sessions).items():
        found |= {(rule, name) for rule in patient_findings(week, week.patients[name], own)}
    return found


def judge(problem: Doc, timetable: Doc) -> Judgement:
    week = Week(problem)
    sessions, faults = read_sessions(week, timetable)
    seated = match_pins(week, sessions)
    findings = rule_findings(week, sessions) - rule_findings(week, facts(week, seated))
    patients = patient_figures(week, sessions)
    terms = term_units(week, sessions, patients)
    weights = weights_of(problem)
    return Judgement(
        broken=sorted(findings | faults | set(pin_findings(week, sessions, seated))),
        terms=terms,
        objective=sum(units * weights[term] for term, units in terms.items()),
        patients=patients,
        clinicians={name: minutes_of(of_clinician(sessions, name)) for name in week.clinicians},
        rooms={name: minutes_of(s for s in sessions if s.room == name) for name in week.rooms},
    )


def weights_of(problem: Doc) -> dict[str, int]:
    given = get(problem, "weights", {})
    return {term: get(given, term, default) for term, default in WEIGHTS.items()}


# --- figures and the objective --------------------------------------------------------------------

Place = tuple[str, str, int]
Places = dict[Place, list[set[str]]]


def baseline_of(week: Week) -> dict[str, Places]:
    """By patient: the places (type, weekday, minute) that the baseline gives, and who led there."""
    given: dict[str, Places] = {}
    for session in get(get(week.problem, "baseline", {}), "sessions", []):
        if session["session_type"] not in week.types:
            continue
        weekday = WEEKDAYS[date.fromisoformat(session["start"][:10]).weekday()]
        place = (session["session_type"], weekday, clock(session["start"][11:]))
        led = {name for name in get(session, "clinicians", []) if name in week.clinicians}
        for patient in get(session, "patients", []):
            if patient in week.patients:
                given.setdefault(patient, {}).setdefault(place, []).append(led)
    return given


def place_of(week: Week, session: Session) -> Place:
    return session.type["id"], week.weekday(session.day), session.start % DAY


def kept_share(week: Week, places: Places | None, own: list[Session]) -> float | None:
    if not places:
        return None
    return len(set(places) & {place_of(week, session) for session in own}) / len(places)


def change_units(week: Week, attending: dict[str, list[Session]]) -> tuple[int, int]:
    moved = changed = 0
    for patient, places in baseline_of(week).items():
        for session in attending[patient]:
            leaders = places.get(place_of(week, session))
            if leaders is None:
                had = place_of(week, session)[1:] in {place[1:] for place in places}
                moved += 1 if had else get(week.patients[patient], "new_time_weight", 1)
            elif set(session.clinicians) not in leaders:
                changed += 1
    return moved, changed


def patient_figures(week: Week, sessions: list[Session]) -> dict[str, Doc]:
    baseline = baseline_of(week)
    attending = sessions_by_patient(week, sessions)
    return {name: figures_of(week, name, own, baseline.get(name)) for name, own in attending.items()}


def figures_of(week: Week, name: str, own: list[Session], places: Places | None) -> Doc:
    patient = week.patients[name]
    counted = breaches(week, patient, own)
    return {
        "care_minutes": care_minutes(own),
        "attended_days": len(by_day(own)),
        "care_days": len(care_by_day(own)),
        "idle_minutes": sum(idle_minutes(day) for day in by_day(own).values()),
        "requirements": {r["id"]: attended(r, own) for r in week.requirements(patient)},
        "unmet_minutes": unmet_minutes(week, patient, own),
        "breaches": [{"rule": rule, "count": count} for rule, count in counted.items() if count],
        "kept": kept_share(week, places, own),
    }


def unmet_minutes(week: Week, patient: Doc, own: list[Session]) -> int:
    short = {True: 0, False: 0}
    for requirement in week.requirements(patient):
        minimum = week.scaled(patient, get(get(requirement, "sessions", {}), "min", 0))
        types = [week.types[kind] for kind in requirement["any_of"]]
        holds_care = any(get(kind, "counts_as_care", True) for kind in types)
        missing = max(0, minimum - attended(requirement, own))
        short[holds_care] += missing * min(kind["minutes"] for kind in types)
    wanted = week.scaled(patient, week.limit(patient, "care_minutes", "min", 0))
    return max(short[True], max(0, wanted - care_minutes(own))) + short[False]


def soft_units(week: Week, patient: Doc, own: list[Session]) -> int:
    units = 0
    for commitment in get(patient, "commitments", []):
        if get(commitment, "strength", "hard") == "soft":
            spans = week.occurrences(commitment)
            minutes = sum(overlap(session.span, span) for session in own for span in spans)
            units += minutes * get(commitment, "weight", 1)
    return units


def unpreferred_minutes(week: Week, patient: Doc, own: list[Session]) -> int:
    preferred = get(patient, "preferred", [])
    if not preferred:
        return 0
    windows = [window for day in range(7) for window in week.weekly(preferred, day)]
    inside = sum(overlap(s.span, window) for s in own for window in windows)
    return minutes_of(own) - inside


def load_spread(week: Week, sessions: list[Session]) -> int:
    led = [of_clinician(sessions, name) for name in week.clinicians]
    loads = [minutes_of(own) for own in led if own]
    return max(loads) - min(loads) if loads else 0


def term_units(week: Week, sessions: list[Session], figures: dict[str, Doc]) -> dict[str, int]:
    attending = sessions_by_patient(week, sessions)
    moved, changed = change_units(week, attending)
    people = [(week.patients[name], own) for name, own in attending.items()]
    groups = [session for session in sessions if session.is_group]
    priority = {name: get(patient, "priority", 1) for name, patient in week.patients.items()}
    return {
        "unmet_care": sum(row["unmet_minutes"] * priority[name] for name, row in figures.items()),
        "breach": sum(breach["count"] for row in figures.values() for breach in row["breaches"]),
        "moved": moved,
        "clinician_changed": changed,
        "soft_commitment": sum(soft_units(week, patient, own) for patient, own in people),
        "not_preferred": sum(unpreferred_minutes(week, patient, own) for patient, own in people),
        "idle": sum(row["idle_minutes"] for row in figures.values()),
        "attended_day": sum(row["attended_days"] for row in figures.values()),
        "facilitator_time": sum(s.minutes * len(s.type["facilitators"]) for s in groups),
        "load_spread": load_spread(week, sessions),
    }


# --- claims ---------------------------------------------------------------------------------------


def wrong_claims(problem: Doc, timetable: Doc) -> list[str]:
    """Every figure the document states that differs. What it leaves out is no claim, but a list that is given
    has to name everyone."""
    truth = judge(problem, timetable)
    weights = weights_of(problem)
    terms = {
        term: {"units": units, "weight": weights[term], "cost": units * weights[term]}
        for term, units in truth.terms.items()
    }
    objective = get(timetable, "objective", {})
    clinicians = {name: {"minutes": minutes} for name, minutes in truth.clinicians.items()}
    rooms = {name: {"minutes": minutes} for name, minutes in truth.rooms.items()}
    return [
        *objective_claims(truth.objective, objective),
        *row_claims("objective/terms", "term", terms, objective.get("terms")),
        *row_claims("patients", "id", truth.patients, timetable.get("patients")),
        *row_claims("clinicians", "id", clinicians, timetable.get("clinicians")),
        *row_claims("rooms", "id", rooms, timetable.get("rooms")),
    ]


def objective_claims(truth: int, claimed: Doc) -> Iterator[str]:
    value, bound, gap = get(claimed, "value", truth), claimed.get("bound"), claimed.get("gap")
    if value != truth:
        yield f"objective/value: {value} claimed, {truth} found"
    if bound is not None and bound > value:
        yield f"objective/bound: {bound} is above the value {value}"
    if bound is not None and gap is not None:
        expected = (value - bound) / max(1, value)
        if abs(gap - expected) > SHARE_TOLERANCE:
            yield f"objective/gap: {gap} claimed, {expected} found"


def row_claims(where: str, key: str, truth: dict[str, Doc], rows: list[Doc] | None) -> Iterator[str]:
    if rows is None:
        return
    names = Counter(row.get(key) for row in rows)
    yield from (f"{where}/{name}: missing" for name in truth if not names[name])
    yield from (f"{where}/{name}: given {count} times" for name, count in names.items() if count > 1)
    for row in rows:
        name = row.get(key)
        if name not in truth:
            yield f"{where}/{name}: unknown"
            continue
        for field, found in truth[name].items():
            if field in row and not is_same(field, row[field], found):
                yield f"{where}/{name}/{field}: {row[field]} claimed, {found} found"


def is_same(field: str, claimed: Any, found: Any) -> bool:
    if field == "kept" and claimed is not None and found is not None:
        return bool(abs(claimed - found) <= SHARE_TOLERANCE)
    if field == "breaches":
        return breach_counts(claimed) == breach_counts(found)
    return bool(claimed == found)


def breach_counts(rows: list[Doc] | None) -> list[tuple[str, int]]:
    return sorted((row["rule"], row["count"]) for row in rows or [] if row["count"])
