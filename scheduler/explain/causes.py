"""What can keep care from a patient, by who could change it: the patient, the clinic, others."""

from __future__ import annotations

from enum import IntFlag
from typing import Final, Literal

Tier = Literal["patient", "clinic", "others", "wishes"]


class Cause(IntFlag):
    """A cause bars places (starts of a session type), or limits the week; several may bar one place."""

    # the patient alone
    AUDIENCE = 1 << 0
    DELIVERY = 1 << 1
    COHORT = 1 << 2
    ACTIVE = 1 << 3
    AUTHORIZATION = 1 << 4
    COMMITMENT = 1 << 5
    TRAVEL = 1 << 6
    PIN = 1 << 7
    MAX_PER_DAY = 1 << 8
    REQUIREMENT_MAX = 1 << 9
    CARE_MAX = 1 << 10
    DAY_CARE_MAX = 1 << 11
    DAYS_MAX = 1 << 12
    IDLE_MAX = 1 << 13
    DAY_CARE_MIN = 1 << 14
    DAYS_MIN = 1 << 15
    GAP = 1 << 16
    SERVICES_MIN = 1 << 17
    GROUP_DAILY = 1 << 18
    AUTHORIZED_DAYS = 1 << 19
    AUTHORIZED_MINUTES = 1 << 20
    # the clinic's staff and rooms, were nobody else planned
    CLOSED = 1 << 21
    CREDENTIAL = 1 << 22
    ON_SITE = 1 << 23
    ROOM_FEATURE = 1 << 24
    ROOM_TOO_SMALL = 1 << 25
    ROOM_CLOSED = 1 << 26
    TOO_FEW = 1 << 27
    COHORT_MEETS = 1 << 28
    # others who are planned
    FULL = 1 << 29
    APART = 1 << 30
    CLINICIAN_BUSY = 1 << 31
    CLINICIAN_LOAD = 1 << 32
    ROOM_BUSY = 1 << 33
    NOT_HELD = 1 << 34
    FIXED = 1 << 35
    NEEDED = 1 << 36


def _between(first: Cause, last: Cause) -> Cause:
    found = Cause(0)
    for cause in Cause:
        if first <= cause <= last:
            found |= cause
    return found


PATIENT: Final = _between(Cause.AUDIENCE, Cause.AUTHORIZED_MINUTES)
CLINIC: Final = _between(Cause.CLOSED, Cause.COHORT_MEETS)
OTHERS: Final = _between(Cause.FULL, Cause.NEEDED)
CAUSES_OF: Final[dict[Tier, Cause]] = {"patient": PATIENT, "clinic": CLINIC, "others": OTHERS}

# Rules of the week as a whole: they bar no single place.
FLAGS: Final = {
    Cause.DAY_CARE_MIN: "day_care_min",
    Cause.DAYS_MIN: "days_min",
    Cause.GAP: "gap",
    Cause.SERVICES_MIN: "services_min",
    Cause.GROUP_DAILY: "group_daily",
}
LIMITS: Final = (
    Cause.MAX_PER_DAY
    | Cause.REQUIREMENT_MAX
    | Cause.CARE_MAX
    | Cause.DAY_CARE_MAX
    | Cause.DAYS_MAX
    | Cause.IDLE_MAX
    | Cause.DAY_CARE_MIN
    | Cause.DAYS_MIN
    | Cause.GAP
    | Cause.SERVICES_MIN
    | Cause.GROUP_DAILY
    | Cause.AUTHORIZED_DAYS
    | Cause.AUTHORIZED_MINUTES
)
