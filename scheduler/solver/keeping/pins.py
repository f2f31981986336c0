"""Pins in the model: pinned sessions of its dates are held as they are pinned, pinned attendances kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.problem import AttendancePin, SessionPin
from scheduler.solver.keeping.parts import Slot

if TYPE_CHECKING:
    from scheduler.solver.keeping.model import Keeping


def hold_pins(keeping: Keeping) -> None:
    used: set[int] = set()
    for given in keeping.week.problem.pins:
        if isinstance(given, AttendancePin):
            _hold_attendance(keeping, given)
        elif not given.happened:
            slot = _slot_of(keeping, given, used)
            if slot is not None:
                used.add(id(slot))
                _hold_session(keeping, given, slot)


def _hold_attendance(keeping: Keeping, given: AttendancePin) -> None:
    week = keeping.week
    minute = week.calendar.minute_of(given.start)
    key = week.type_index[given.session_type], minute // week.arrays.slot
    attends = keeping.attendance.get((week.patient_index[given.patient], key))
    if attends is not None:
        keeping.model.add(attends == 1)


def _slot_of(keeping: Keeping, given: SessionPin, used: set[int]) -> Slot | None:
    """The session of the dates that the pin is about: by id where it names one."""
    wanted = (given.session.session_type, given.session.start)
    there = [s for s in keeping.slots if s.of is not None and id(s) not in used]
    there = [s for s in there if s.of is not None and (s.of.session_type, s.of.start) == wanted]
    named = [s for s in there if s.of is not None and s.of.id == given.session.id]
    return next(iter(named or there), None)


def _hold_session(keeping: Keeping, given: SessionPin, slot: Slot) -> None:
    week, model, session = keeping.week, keeping.model, given.session
    model.add(slot.held == 1)
    for f, name in enumerate(session.clinicians or ()):
        led = slot.lead.get((f, week.clinician_index[name]))
        model.add((0 if led is None else led) == 1)
    if session.room is not None:
        there = slot.room.get(week.room_index[session.room])
        model.add((0 if there is None else there) == 1)
    if given.frozen:
        exact = {week.patient_index[p] for p in session.patients}
        for p in exact | set(slot.keep):
            keep = slot.keep.get(p)
            model.add((0 if keep is None else keep) == (p in exact))
        if not isinstance(slot.joins, int):
            model.add(slot.joins == 0)
