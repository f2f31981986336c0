"""The problem document as frozen values (contract, section 2).

These models hold the *form* of a document: field names, types, ranges, defaults. What needs more than one
field to judge (references, arithmetic) is checked in `intake`, which is the way to make a `Problem`.
Clock times are minutes after midnight (0 … 1440), dates are `datetime.date`, session times naive `datetime`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    PrivateAttr,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from scheduler.errors import Fault

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FLAGGED_RULES: Final = ("day_care_min", "days_min", "gap", "services_min", "group_daily")
PROGRAM_RULES: Final = (
    "requirements",
    "care_minutes",
    "days",
    "day_care_minutes",
    "max_idle_minutes",
    "max_gap_days",
    "min_services_per_day",
    "group_every_day",
    "enforce",
)
TERMS: Final = (
    "unmet_care",
    "breach",
    "moved",
    "clinician_changed",
    "soft_commitment",
    "not_preferred",
    "idle",
    "attended_day",
    "facilitator_time",
    "load_spread",
)
ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$"
REGION_PATTERN: Final = r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$"  # of ISO 3166
_CLOCK = re.compile(r"(\d\d):(\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_START = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)", re.ASCII)


def parse_clock(value: object) -> int:
    """Minutes after midnight of "HH:MM"; "24:00" is 1440."""
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("clock", 'expected a time "HH:MM"')
    minutes = int(match[1]) * 60 + int(match[2])
    if int(match[2]) > 59 or minutes > 1440:
        raise PydanticCustomError("clock", 'not a time of the day: expected "00:00" … "24:00"')
    return minutes


def format_clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def parse_date(value: object) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise PydanticCustomError("date", 'expected a date "YYYY-MM-DD"')
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date", "no such date in the calendar") from None


def parse_start(value: object) -> datetime:
    """A wall-clock time "YYYY-MM-DDTHH:MM"; no offset, no seconds."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value
    match = _START.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("local_time", 'expected a local time "YYYY-MM-DDTHH:MM" without offset')
    clock = parse_clock(match[2])
    if clock == 1440:
        raise PydanticCustomError("local_time", 'midnight is the next day\'s "T00:00"')
    return datetime.combine(parse_date(match[1]), datetime.min.time()) + timedelta(minutes=clock)


def format_start(value: datetime) -> str:
    return value.isoformat(timespec="minutes")


Id = Annotated[str, Field(pattern=ID_PATTERN)]
Clock = Annotated[
    int,
    BeforeValidator(parse_clock),
    PlainSerializer(format_clock),
    WithJsonSchema({"type": "string", "pattern": r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"}),
]
LocalDate = Annotated[
    date,
    BeforeValidator(parse_date),
    PlainSerializer(date.isoformat),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d\d-\d\d$"}),
]
LocalTime = Annotated[
    datetime,
    BeforeValidator(parse_start),
    PlainSerializer(format_start),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d$"}),
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
FlaggedRule = Literal["day_care_min", "days_min", "gap", "services_min", "group_daily"]
Minutes = Annotated[int, Field(ge=0, le=100_000)]
Count = Annotated[int, Field(ge=0, le=100_000)]
Positive = Annotated[int, Field(ge=1, le=100_000)]


class Mode(StrEnum):
    GROUP = "group"
    INDIVIDUAL = "individual"
    FAMILY = "family"


class Delivery(StrEnum):
    IN_PERSON = "in_person"
    TELEHEALTH = "telehealth"


class Document(BaseModel):
    """A part of a document: frozen, strict, unknown fields refused, null read as absent."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    null_means_itself: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        if not isinstance(value, dict) or None not in value.values():
            return value
        known = {f.alias or name for name, f in cls.__pydantic_fields__.items()} - cls.null_means_itself
        return {k: v for k, v in value.items() if not (v is None and k in known)}


class WeeklyWindow(Document):
    days: tuple[Weekday, ...] = Field(strict=False)
    start: Clock
    end: Clock


class DatedWindow(Document):
    """Each day from `date` to `until_date`, both included, from `start` to `end`."""

    date: LocalDate
    until_date: LocalDate | None = None
    start: Clock = 0
    end: Clock = 1440


class Closure(DatedWindow):
    applies_to: Literal["all", "in_person"] = "all"


class ActiveDates(Document):
    """First and last date (inclusive) on which something holds; a missing end is open."""

    from_: LocalDate | None = Field(default=None, alias="from")
    until: LocalDate | None = None


class Standing(ActiveDates):
    """A place that a group keeps week after week: weekday and start, with clinicians and room if named."""

    id: Id
    session_type: Id
    day: Weekday
    start: Clock
    clinicians: tuple[Id, ...] | None = Field(default=None, strict=False)
    room: Id | None = None


class Clinic(Document):
    id: Id
    name: str = Field(default="", max_length=500)
    timezone: str = Field(max_length=100)
    week_start: LocalDate
    slot_minutes: Literal[5, 10, 15, 20, 30, 60] = 15
    opening_hours: tuple[WeeklyWindow, ...] = Field(default=(), strict=False)
    closures: tuple[Closure, ...] = Field(default=(), strict=False)
    region: Annotated[str, Field(pattern=REGION_PATTERN)] | None = None
    standing: tuple[Standing, ...] = Field(default=(), strict=False)


class Size(Document):
    min: Positive
    max: Positive


class Facilitator(Document):
    """One clinician in the room: the primary, or anyone with one of the credentials ([] = anyone)."""

    credentials: tuple[str, ...] | None = Field(default=None, strict=False)
    primary: bool = False


class RoomNeed(Document):
    features: tuple[str, ...] = Field(default=(), strict=False)


class Audience(Document):
    requires: tuple[str, ...] = Field(default=(), strict=False)
    excludes: tuple[str, ...] = Field(default=(), strict=False)


class SessionType(Document):
    null_means_itself = frozenset({"max_per_day"})

    id: Id
    name: str = Field(default="", max_length=500)
    mode: Mode = Field(strict=False)
    minutes: Annotated[int, Field(ge=1, le=1440)]
    size: Size | None = None
    facilitators: tuple[Facilitator, ...] = Field(strict=False, max_length=8)
    delivery: Delivery = Field(default=Delivery.IN_PERSON, strict=False)
    room: RoomNeed | None = None
    start_every_minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    windows: tuple[WeeklyWindow, ...] = Field(default=(), strict=False)
    counts_as_care: bool = True
    max_per_day: Positive | None = 1
    audience: Audience = Audience()

    @property
    def size_min(self) -> int:
        return self.size.min if self.size and self.mode == Mode.GROUP else 1

    @property
    def size_max(self) -> int:
        return self.size.max if self.size and self.mode == Mode.GROUP else 1

    @property
    def in_person(self) -> bool:
        return self.delivery == Delivery.IN_PERSON


class Limits(Document):
    """A range; a missing end is open."""

    min: Count | None = None
    max: Count | None = None


class Requirement(Document):
    id: Id
    any_of: tuple[Id, ...] = Field(strict=False)
    sessions: Limits = Limits()


class ProgramRules(Document):
    """The weekly rules of a level of care; on a patient, a given value replaces the program's whole value."""

    requirements: tuple[Requirement, ...] | None = Field(default=None, strict=False)
    care_minutes: Limits | None = None
    days: Limits | None = None
    day_care_minutes: Limits | None = None
    max_idle_minutes: Minutes | None = None
    max_gap_days: Count | None = None
    min_services_per_day: Count | None = None
    group_every_day: bool | None = None
    enforce: tuple[FlaggedRule, ...] | None = Field(default=None, strict=False)


class Program(ProgramRules):
    id: Id
    name: str = Field(default="", max_length=500)


class Clinician(Document):
    id: Id
    name: str = Field(default="", max_length=500)
    credentials: tuple[str, ...] = Field(default=(), strict=False)
    availability: tuple[WeeklyWindow, ...] = Field(default=(), strict=False)
    time_off: tuple[DatedWindow, ...] = Field(default=(), strict=False)
    max_day_minutes: Minutes | None = None
    max_week_minutes: Minutes | None = None
    buffer_minutes: Minutes = 0
    max_consecutive_minutes: Minutes | None = None
    break_minutes: Minutes = 0
    covered_by: tuple[Id, ...] = Field(default=(), strict=False)


class Room(Document):
    id: Id
    name: str = Field(default="", max_length=500)
    capacity: Positive
    features: tuple[str, ...] = Field(default=(), strict=False)
    turnover_minutes: Minutes = 0
    closures: tuple[DatedWindow, ...] = Field(default=(), strict=False)


class Authorization(ActiveDates):
    """What this week may still use: care days, care minutes; no session at all outside the dates."""

    days: Count | None = None
    minutes: Count | None = None


class Commitment(ActiveDates):
    """A time when a patient is taken: weekly (`days`) or dated (`date`); end ≤ start ends the next day."""

    id: Id
    kind: Literal["work", "school", "family", "legal", "medical", "other"] = "other"
    days: tuple[Weekday, ...] | None = Field(default=None, strict=False)
    date: LocalDate | None = None
    until_date: LocalDate | None = None
    start: Clock
    end: Clock
    travel_minutes: Minutes = 0
    strength: Literal["hard", "soft"] = "hard"
    weight: Annotated[int, Field(ge=1, le=5)] = 1


NewTimeWeight = Annotated[int, Field(ge=1, le=100)]


class Phase(Document):
    """From a date on a program holds; null: the patient is not in this clinic's care."""

    from_: LocalDate = Field(alias="from")
    program: Id | None = None
    name: str = Field(default="", max_length=60)
    new_time_weight: NewTimeWeight | None = None


class Patient(ProgramRules):
    id: Id
    name: str = Field(default="", max_length=500)
    program: Id
    priority: Annotated[int, Field(ge=1, le=5)] = 1
    primary_clinician: Id | None = None
    tags: tuple[str, ...] = Field(default=(), strict=False)
    telehealth: bool = False
    active: ActiveDates = ActiveDates()
    commitments: tuple[Commitment, ...] = Field(default=(), strict=False)
    preferred: tuple[WeeklyWindow, ...] = Field(default=(), strict=False)
    lift: tuple[
        Literal[
            "requirements",
            "care_minutes",
            "days",
            "day_care_minutes",
            "max_idle_minutes",
            "max_gap_days",
            "min_services_per_day",
            "group_every_day",
            "enforce",
        ],
        ...,
    ] = Field(default=(), strict=False)
    authorized: Authorization = Authorization()
    phases: tuple[Phase, ...] = Field(default=(), strict=False)
    new_time_weight: NewTimeWeight = 1


class Cohort(Document):
    id: Id
    session_types: tuple[Id, ...] = Field(strict=False)
    patients: tuple[Id, ...] = Field(strict=False)


class Session(Document):
    """One occurrence of a session type, as given in pins and baselines and returned in timetables."""

    id: Id | None = None
    session_type: Id
    start: LocalTime
    end: LocalTime | None = None
    clinicians: tuple[Id, ...] | None = Field(default=None, strict=False)
    room: Id | None = None
    patients: tuple[Id, ...] = Field(default=(), strict=False)


class Baseline(Document):
    sessions: tuple[Session, ...] = Field(default=(), strict=False)


class SessionPin(Document):
    session: Session
    frozen: bool = False
    happened: bool = False


class AttendancePin(Document):
    patient: Id
    session_type: Id
    start: LocalTime


def _pin_kind(value: Any) -> str:
    return (
        "attendance"
        if isinstance(value, dict) and "session" not in value and "patient" in value
        else "session"
    )


Pin = Annotated[
    Annotated[SessionPin, Tag("session")] | Annotated[AttendancePin, Tag("attendance")],
    Discriminator(_pin_kind),
]
ApartPair = Annotated[tuple[Id, ...], Field(strict=False, min_length=2, max_length=2)]
Weight = Annotated[int, Field(ge=0, le=10_000)]


class Weights(Document):
    """The price of one unit of each objective term (contract, section 4)."""

    unmet_care: Weight = 100
    breach: Weight = 1000
    moved: Weight = 300
    clinician_changed: Weight = 20
    soft_commitment: Weight = 2
    not_preferred: Weight = 1
    idle: Weight = 1
    attended_day: Weight = 60
    facilitator_time: Weight = 4
    load_spread: Weight = 0


class Problem(Document):
    """A clinic's week to be planned. Make one with `intake.read_problem`, which checks it as a whole."""

    schema_version: Literal["1"] = "1"
    clinic: Clinic
    session_types: tuple[SessionType, ...] = Field(default=(), strict=False)
    programs: tuple[Program, ...] = Field(default=(), strict=False)
    clinicians: tuple[Clinician, ...] = Field(default=(), strict=False)
    rooms: tuple[Room, ...] = Field(default=(), strict=False)
    patients: tuple[Patient, ...] = Field(default=(), strict=False)
    apart: tuple[ApartPair, ...] = Field(default=(), strict=False)
    cohorts: tuple[Cohort, ...] = Field(default=(), strict=False)
    baseline: Baseline | None = None
    pins: tuple[Pin, ...] = Field(default=(), strict=False)
    weights: Weights = Weights()

    _document: dict[str, Any] = PrivateAttr(default_factory=dict)
    _warnings: tuple[Fault, ...] = PrivateAttr(default=())

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document this problem was read from, as it was given."""
        return self._document

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What its reader noticed, though nothing of it is a fault."""
        return self._warnings
