"""Changes of a problem document as JSON Patch (RFC 6902), in the one form that always applies.

Every operation adds an object's member, which replaces the one that may be there (whoever gave the document,
with defaults written out or left away, can apply it), or removes one of a list by its position.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from pydantic import BaseModel

from scheduler.problem import Problem

Operation = dict[str, Any]


def put(value: Any, *path: str | int) -> Operation:
    return {"op": "add", "path": "".join(f"/{step}" for step in path), "value": value}


def removed(*path: str | int) -> Operation:
    return {"op": "remove", "path": "".join(f"/{step}" for step in path)}


def patched(document: dict[str, Any], patch: tuple[Operation, ...]) -> dict[str, Any]:
    """The document after the operations; the given one stays."""
    made = deepcopy(document)
    for operation in patch:
        *steps, last = operation["path"].split("/")[1:]
        target: Any = made
        for step in steps:
            target = target[int(step)] if isinstance(target, list) else target[step]
        if operation["op"] == "remove":
            del target[int(last)]
        else:
            target[last] = operation["value"]
    return made


def patched_problem(problem: Problem, patch: tuple[Operation, ...]) -> Problem:
    """The same for a problem that is read already: only what the operations touch is read again."""
    for operation in patch:
        steps = operation["path"].split("/")[1:]
        if operation["op"] == "remove":
            rest = getattr(problem, steps[0])
            without = (*rest[: int(steps[1])], *rest[int(steps[1]) + 1 :])
            problem = problem.model_copy(update={steps[0]: without})
        else:
            problem = _replaced(problem, steps, operation["value"])
    return problem


def _replaced(part: Any, steps: list[str], value: Any) -> Any:
    """The part with the value at the end of the steps."""
    if isinstance(part, tuple):
        index = int(steps[0])
        return (*part[:index], _replaced(part[index], steps[1:], value), *part[index + 1 :])
    assert isinstance(part, BaseModel)
    name = next(n for n, f in type(part).model_fields.items() if steps[0] in (n, f.alias))
    inner = getattr(part, name)
    if len(steps) > 1:
        return part.model_copy(update={name: _replaced(inner, steps[1:], value)})
    if isinstance(part, Problem):
        return Problem.model_validate(_written(part) | {name: value})
    return type(part).model_validate(_written(part) | {steps[0]: value})


def _written(part: BaseModel) -> dict[str, Any]:
    return part.model_dump(mode="json", by_alias=True)
