"""What one more group session would allow, were it held beside a timetable.

Of each type and date the start that serves the patient best; only sessions for which clinicians and a room
are free beside everything the plan needs, and enough others could come.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from scheduler.calendar import overlap
from scheduler.one_patient import held_of, opening_price
from scheduler.plans import Opening, Plan
from scheduler.problem import Mode, SessionType
from scheduler.rules import PATIENT_MASKS
from scheduler.setting import setting_of

if TYPE_CHECKING:
    from scheduler.placement import PlacingQuestion

OPENINGS: Final = 3


def openings_beside(question: PlacingQuestion, best: Plan) -> list[Opening]:
    """The most useful ones: each would give the patient a better week than the best plan does."""
    found: list[Opening] = []
    dates: set[tuple[int, int]] = set()
    for price, slot, t in sorted(_candidates(question, best.increase + question.before)):
        date = t, slot // question.placing.week.arrays.day
        if date not in dates and (opening := _opening(question, price, slot, t, best)) is not None:
            dates.add(date)
            found.append(opening)
        if len(found) == OPENINGS:
            break
    return found


def _candidates(question: PlacingQuestion, limit: int) -> Iterator[tuple[int, int, int]]:
    """(price at least, slot, type) of every one more group session that lets the week cost less than that."""
    placing = question.placing
    for t, kind in enumerate(question.narrow.session_types):
        if not _is_open_group(question, kind):
            continue
        for slot in map(int, placing.week.arrays.ok[t].nonzero()[0]):
            if placing.could_be_opened(t, slot):
                price = placing.cost_with(t, slot, _extra(question, kind, t, slot), limit)
                if price is not None:
                    yield price, slot, t


def _is_open_group(question: PlacingQuestion, kind: SessionType) -> bool:
    wanted = question.setting.entitlements[question.patient.id].requirement_of(kind.id) is not None
    closed = kind.id in question.setting.cohorts_of
    return wanted and not closed and kind.mode is Mode.GROUP and kind.size_min > 1


def _extra(question: PlacingQuestion, kind: SessionType, t: int, slot: int) -> int:
    placing = question.placing
    return int(placing.week.arrays.cost[placing.p, t, slot]) + opening_price(question.problem, kind)


def _opening(question: PlacingQuestion, price: int, slot: int, t: int, best: Plan) -> Opening | None:
    kind, start = question.place_of(t, slot)
    others = _others_free(question, kind, (start, start + kind.minutes))
    if others < kind.size_min - 1:
        return None
    found = question.placing.best_with(t, slot, _extra(question, kind, t, slot))
    if found is None:
        return None
    plan = question.plan(found)
    if plan.increase >= best.increase:  # its clinicians or its room are what the rest of the plan needs
        return None
    moment = question.setting.calendar.moment_of(start)
    own = next(a for a in plan.attendances if a.session is None and a.start == moment)
    return Opening(
        session_type=kind.id,
        start=moment,
        clinicians=own.clinicians,
        room=own.room,
        increase=plan.increase,
        others_needed=kind.size_min - 1,
        others_who_could=others,
        plan=plan,
    )


def _others_free(question: PlacingQuestion, kind: SessionType, when: tuple[int, int]) -> int:
    """Patients who may attend it then and are in no session at that time."""
    setting = setting_of(question.problem)
    busy = {
        p
        for s in question.sessions
        if s.session_type in setting.types and overlap(held_of(setting, s).interval, when)
        for p in s.patients
    }
    return sum(
        p.id != question.patient.id
        and p.id not in busy
        and all(m.bars(setting, p, kind, when) is None for m in PATIENT_MASKS)
        for p in question.problem.patients
    )
