"""What a timetable document claims, compared with what its sessions amount to.

What a document leaves out it does not claim, but a list that is given has to name everyone. `reasons` and
`solver` tell a story that is not recomputed here.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeGuard

from scheduler.errors import Fault
from scheduler.evaluation import Evaluation
from scheduler.intake import problem_digest
from scheduler.problem import Problem

WRONG = "wrong_claim"
_EXACT = 1e-9
_REPR = reprlib.Repr()
_LARGEST = 2**53  # beyond it JSON numbers are not exact, and no figure of a week is


def wrong_claims(problem: Problem, document: dict[str, Any], right: Evaluation) -> Iterator[Fault]:
    """Every figure of the document that is not what it should be."""
    clinic = problem.clinic
    for name, value in (
        ("clinic", clinic.id),
        ("week_start", clinic.week_start.isoformat()),
        ("timezone", clinic.timezone),
    ):
        if document.get(name) is not None:
            yield from _compared(f"/{name}", document[name], value)
    yield from _digest(problem, document.get("problem_digest"))
    yield from _objective(document.get("objective"), right)
    for name, figures in (
        ("patients", [_patient(p.model_dump(exclude={"reasons"})) for p in right.patients]),
        ("clinicians", [c.model_dump() for c in right.clinicians]),
        ("rooms", [r.model_dump() for r in right.rooms]),
    ):
        yield from _listed(f"/{name}", document.get(name), figures, "id")


def _patient(figures: dict[str, Any]) -> dict[str, Any]:
    return figures | {"breaches": {b["rule"]: b["count"] for b in figures["breaches"]}}


def _digest(problem: Problem, claimed: object) -> Iterator[Fault]:
    if claimed is not None and problem.document:
        yield from _compared("/problem_digest", claimed, problem_digest(problem.document))


def _objective(claimed: object, right: Evaluation) -> Iterator[Fault]:
    if claimed is None:
        return
    if not isinstance(claimed, dict):
        yield _fault("/objective", claimed, "an object")
        return
    if claimed.get("value") is not None:
        yield from _compared("/objective/value", claimed["value"], right.value)
    yield from _listed(
        "/objective/terms", claimed.get("terms"), [t.model_dump() for t in right.terms], "term"
    )
    yield from _proof(claimed.get("bound"), claimed.get("gap"), right.value)


def _proof(bound: object, gap: object, value: int) -> Iterator[Fault]:
    """The bound is not above the value, and the gap is what the two leave open."""
    if bound is None:
        return
    if not _is_number(bound) or bound > value:
        text = f"{_shown(bound)} is no bound: a number not above the value {value} is"
        yield Fault("/objective/bound", text, WRONG)
    elif gap is not None:
        yield from _compared("/objective/gap", gap, (value - bound) / max(1, value))


def _listed(pointer: str, claimed: object, right: Sequence[dict[str, Any]], key: str) -> Iterator[Fault]:
    """Compares a list of figures, entry by entry, by the id each entry bears."""
    if claimed is None:
        return
    if not isinstance(claimed, list | tuple):
        yield _fault(pointer, claimed, "a list")
        return
    expected = {entry[key]: entry for entry in right}
    for index, entry in enumerate(claimed):
        name = entry.get(key) if isinstance(entry, dict) else None
        known = expected.pop(name, None) if isinstance(name, str) else None
        if known is None:
            yield Fault(
                f"{pointer}/{index}", f"{_shown(name)} is unknown here or listed twice", "wrong_claim"
            )
        else:
            yield from _entry(f"{pointer}/{index}", entry, known)
    for missing in expected:
        yield Fault(pointer, f"{missing} is missing", WRONG)


def _entry(pointer: str, claimed: dict[str, Any], right: dict[str, Any]) -> Iterator[Fault]:
    for name, value in right.items():
        if name not in claimed:
            continue
        given = claimed[name]
        yield from _compared(f"{pointer}/{name}", _by_rule(given) if name == "breaches" else given, value)


def _by_rule(claimed: object) -> object:
    """Claimed breaches as {rule: count}, those of none left out; whatever is malformed stays as it is."""
    if not isinstance(claimed, list | tuple):
        return claimed
    if not all(isinstance(e, dict) and isinstance(e.get("rule"), str) for e in claimed):
        return claimed
    counts = {e["rule"]: e.get("count") for e in claimed}
    return {rule: n for rule, n in counts.items() if n != 0} if len(counts) == len(claimed) else claimed


def _compared(pointer: str, claimed: object, right: object) -> Iterator[Fault]:
    if not _same(claimed, right):
        yield _fault(pointer, claimed, _shown(right))


def _same(claimed: object, right: object) -> bool:
    if isinstance(right, dict):
        return (
            isinstance(claimed, dict)
            and claimed.keys() == right.keys()
            and all(_same(claimed[k], v) for k, v in right.items())
        )
    if _is_number(right):
        return _is_number(claimed) and abs(claimed - right) <= (_EXACT if isinstance(right, float) else 0)
    return type(claimed) is type(right) and claimed == right


def _is_number(value: object) -> TypeGuard[int | float]:
    """A number that may be compared and divided, which NaN and infinities are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _fault(pointer: str, claimed: object, right: str) -> Fault:
    return Fault(pointer, f"claims {_shown(claimed)}, it is {right}", WRONG)


def _shown(value: object) -> str:
    return "nothing" if value is None else _REPR.repr(value)
