"""From a document to a `Problem`: every fault of every layer at once, each with its JSON pointer.

Text that is no JSON has one fault. Everything else is looked at in four layers, none of which stops another:
the form, the references between ids, the arithmetic, the sessions of pins and baseline. What could be
planned but hardly as meant is a warning.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import rfc8785

from scheduler.errors import Fault, ProblemRefused
from scheduler.intake.arithmetic import check_arithmetic, check_size
from scheduler.intake.continuity import check_continuity
from scheduler.intake.foresight import foreseen
from scheduler.intake.form import check_form
from scheduler.intake.place import EnoughFaults, Faults, Root
from scheduler.intake.references import check_references
from scheduler.intake.sessions import check_sessions
from scheduler.intake.sound import may_hold_halves, sound
from scheduler.intake.text import Parsed, parse, report_twice, values_at_most
from scheduler.phases import in_phase
from scheduler.problem import Problem

__all__ = ["MAX_LISTED", "Reading", "problem_digest", "read_problem"]

MAX_LISTED: Final = 1000


@dataclass(frozen=True, slots=True)
class Reading:
    """A problem that can be planned, and what its author may want to know."""

    problem: Problem
    warnings: tuple[Fault, ...]


def read_problem(document: dict[str, Any] | str | bytes) -> Reading:
    """Raises `ProblemRefused` with every fault, in the order of the document."""
    parsed = parse(document) if isinstance(document, str | bytes) else Parsed(document, ())
    faults = Faults()
    problem = _checked(parsed, faults, _hints(document))
    if problem is None:
        raise ProblemRefused(_listed(faults, parsed.value, "faults"))
    problem = in_phase(problem)
    problem._document = parsed.value
    problem._warnings = tuple(_listed(foreseen(problem), parsed.value, "warnings"))
    return Reading(problem, problem.warnings)


def problem_digest(document: dict[str, Any]) -> str:
    """Of the document's canonical form (RFC 8785), so that spacing and the order of fields do not matter."""
    return f"sha256:{hashlib.sha256(rfc8785.dumps(document)).hexdigest()}"


@dataclass(frozen=True, slots=True)
class _Hints:
    """What a text tells at a glance, which spares looking at every value."""

    may_be_unsound: bool = True
    values_at_most: int | None = None


def _hints(document: Any) -> _Hints:
    if isinstance(document, str | bytes):
        return _Hints(may_hold_halves(document), values_at_most(document))
    return _Hints()


def _checked(parsed: Parsed, faults: Faults, hints: _Hints) -> Problem | None:
    try:
        report_twice(parsed, faults)
        document = sound(parsed.value, faults) if hints.may_be_unsound else parsed.value
        root = Root(document)
        check_size(root, faults)
        problem = check_form(document, faults, hints.values_at_most)
        for check in (check_references, check_arithmetic, check_sessions, check_continuity):
            check(root, faults)
    except EnoughFaults:
        return None
    return None if faults.found else problem


def _listed(faults: Faults, document: Any, what: str) -> list[Fault]:
    """In the order of the document; of very many the first, and how many more there are."""
    found = faults.in_order_of(document)
    if len(found) <= MAX_LISTED:
        return found
    more = f"{len(found) - MAX_LISTED:,} more {what} are not listed"
    return [*found[:MAX_LISTED], Fault("", more if faults.all_told else f"at least {more}", f"more_{what}")]
