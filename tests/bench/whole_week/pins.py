"""Pins: sessions that are fixed, and attendances that are."""

from __future__ import annotations

from scheduler.problem import AttendancePin, SessionPin
from scheduler.week import Week
from tests.bench.whole_week.model import HintedModel
from tests.bench.whole_week.pieces import Pieces


def keep_pins(week: Week, model: HintedModel, pieces: Pieces) -> None:
    for i, pin in enumerate(week.problem.pins):
        if isinstance(pin, SessionPin):
            _keep_session(week, model, pieces, i, pin)
        else:
            _keep_attendance(week, model, pieces, pin)


def _keep_session(week: Week, model: HintedModel, pieces: Pieces, i: int, pin: SessionPin) -> None:
    """Its piece has one start already."""
    piece, cp = pieces.pinned[i], model.cp
    cp.add(piece.held == 1)
    for leads, clinician in zip(piece.leads, pin.session.clinicians or (), strict=False):
        cp.add(leads[week.clinician_index[clinician]] == 1)
    if pin.session.room is not None:
        cp.add(piece.rooms[pieces.class_of[week.room_index[pin.session.room]]] == 1)
    if pin.frozen:
        wanted = {week.patient_index[p] for p in pin.session.patients}
        for p, seat in piece.seats.items():
            cp.add(seat == int(p in wanted))


def _keep_attendance(week: Week, model: HintedModel, pieces: Pieces, pin: AttendancePin) -> None:
    p, kind = week.patient_index[pin.patient], week.type_index[pin.session_type]
    start = week.calendar.minute_of(pin.start) // week.arrays.slot
    ways = []
    for piece in pieces.all:
        if piece.kind == kind and p in piece.seats and start in piece.starts:
            here = model.flag(bool(model.value(piece.seats[p])) and model.value(piece.start) == start)
            model.cp.add_implication(here, piece.seats[p])
            model.cp.add(piece.start == start).only_enforce_if(here)
            ways.append(here)
    model.cp.add(sum(ways) >= 1)
