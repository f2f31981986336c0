"""What a solver process can be asked, by name; each task is imported in the child, never in the service."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from threading import Event
from typing import Any, Final, cast

Report = Callable[[dict[str, Any]], None]
Task = Callable[[dict[str, Any], Event, Report], dict[str, Any]]

_REGISTERED: Final[dict[str, str]] = {
    "solve": "api.jobs.questions:solve",
    "verify": "api.jobs.questions:verify",
    "read": "api.jobs.questions:read",
    "warm": "api.jobs.questions:warm",
    "check": "api.jobs.moving:check",
    "move": "api.jobs.moving:move",
    "targets": "api.jobs.moving:targets",
    "place": "api.jobs.arranging:place",
    "repair": "api.jobs.arranging:repair",
    "explain": "api.jobs.arranging:explain",
    "make_ups": "api.jobs.making_up:make_ups",
    "authorizations": "api.jobs.authorizing:authorizations",
    "progress": "api.jobs.attending:progress",
    "diff": "api.jobs.writing:diff",
    "write": "api.jobs.writing:write",
}


class UnknownTask(LookupError):
    """A task name nobody registered."""


def register(name: str, target: str) -> str | None:
    """Make "module:function" known as a task; the target that the name had before is returned."""
    module, _, function = target.partition(":")
    if not module or not function:
        raise ValueError(f'a task is given as "module:function", not {target!r}')
    before = _REGISTERED.get(name)
    _REGISTERED[name] = target
    return before


def target_of(name: str) -> str:
    try:
        return _REGISTERED[name]
    except KeyError:
        known = ", ".join(sorted(_REGISTERED))
        raise UnknownTask(f"no task is called {name!r}. Maybe one of: {known}") from None


def load(target: str) -> Task:
    """The function behind "module:function"; called in the child."""
    module, _, function = target.partition(":")
    return cast(Task, getattr(import_module(module), function))
