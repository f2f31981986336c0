"""Pins that contradict hard rules or one another, found before any search.

The pins alone are read as a timetable: whatever they leave open is left out. Only rules that no further
session could mend are asked, and what happened is excused as always. A search may still find that pins cannot
be kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from scheduler.errors import PinsClash
from scheduler.finding import Finding
from scheduler.pinned import PinnedNeeds
from scheduler.problem import AttendancePin, Pin, Problem, SessionPin
from scheduler.timetable import PlannedSession
from scheduler.verify import broken

# More sessions can mend these, so pins alone do not break them.
_MENDABLE = {"idle_max", "day_care_min", "days_min", "gap", "services_min", "group_daily", "pin", "reference"}


def refuse_clashes(problem: Problem) -> None:
    """Raises PinsClash with a minimal set of pins and the rule that they clash with.

    Dropping any one of them, or the rule, resolves the clash: found by deletion, not claimed to be smallest.
    Other rules that the same pins break are told in the message.
    """
    kept = list(range(len(problem.pins)))
    needs = PinnedNeeds(problem)
    if not kept or not _findings(problem, needs, kept):
        return
    for i in list(kept):
        without = [k for k in kept if k != i]
        if _findings(problem, needs, without):
            kept = without
    findings = _findings(problem, needs, kept)
    rule = findings[0].rule
    said = " ".join(dict.fromkeys(f.text for f in findings if f.rule == rule))
    more = " ".join(dict.fromkeys(f.text for f in findings if f.rule != rule))
    besides = f" Besides: {more}" if more else ""
    raise PinsClash(kept, [rule], f"{_listed(kept)} cannot hold: {said}{besides}")


def _listed(kept: Sequence[int]) -> str:
    pins = ", ".join(f"/pins/{i}" for i in kept)
    return f"the pin {pins}" if len(kept) == 1 else f"the pins {pins} together"


def _findings(problem: Problem, needs: PinnedNeeds, kept: Sequence[int]) -> list[Finding]:
    """What these pins break on their own, however the rest of the week is made."""
    pins = {i: problem.pins[i] for i in kept}
    sessions, loose = _as_sessions(problem, pins)
    judged = broken(problem.model_copy(update={"pins": tuple(pins.values())}), sessions)
    found = [f for f in judged if f.rule not in _MENDABLE and not _left_open(f, loose)]
    return found or list(needs.findings(pins))


def _left_open(finding: Finding, loose: dict[str, set[str]]) -> bool:
    """Whether the finding is about something that a pin leaves to the search."""
    return any(finding.rule in loose.get(s, ()) for s in (finding.subject, *finding.sessions))


def _as_sessions(problem: Problem, pins: dict[int, Pin]) -> tuple[list[PlannedSession], dict[str, set[str]]]:
    """One session a session pin, with whom attendance pins add; per session the rules that are left open."""
    wanted: dict[tuple[str, datetime], list[str]] = {}
    for pin in pins.values():
        if isinstance(pin, AttendancePin):
            wanted.setdefault((pin.session_type, pin.start), []).append(pin.patient)
    sessions, loose = [], {}
    for i, pin in pins.items():
        if isinstance(pin, SessionPin):
            exact = pin.frozen or pin.happened
            key = (pin.session.session_type, pin.session.start)
            joining = [] if exact else wanted.pop(key, [])
            if exact:
                wanted[key] = [p for p in wanted.get(key, []) if p not in pin.session.patients]
            session = _session(problem, f"pin-{i}", pin, joining)
            sessions.append(session)
            loose[session.id] = _open_rules(pin, exact)
    for (session_type, start), patients in wanted.items():
        for n, patient in enumerate(dict.fromkeys(patients)):
            name = f"attendance-{session_type}-{start:%d%H%M}-{n}"
            sessions.append(
                PlannedSession(id=name, session_type=session_type, start=start, patients=(patient,))
            )
            loose[name] = {"facilitators", "room", "size", "cohort", "apart"}
    return sessions, loose


def _session(problem: Problem, name: str, pin: SessionPin, joining: Iterable[str]) -> PlannedSession:
    given = pin.session
    exact = given.patients if pin.frozen or pin.happened else ()
    return PlannedSession(
        id=name,
        session_type=given.session_type,
        start=given.start,
        clinicians=given.clinicians or (),
        room=given.room,
        patients=tuple(dict.fromkeys((*exact, *joining))),
    )


def _open_rules(pin: SessionPin, exact: bool) -> set[str]:
    rules = set() if exact else {"size", "cohort"}
    if not pin.session.clinicians:
        rules.add("facilitators")
    if pin.session.room is None:
        rules.add("room")
    return rules
