"""Imported once in the fork server, so that every solver process starts with the solver already loaded.

A failed import is left to the child, which reports it; here it would end the fork server without a word.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module

_MODULES = (
    "api.jobs.child",
    "scheduler.solver",
    "api.jobs.questions",
    "api.jobs.moving",
    "api.jobs.arranging",
    "api.jobs.writing",
)

for _module in _MODULES:
    with suppress(Exception):
        import_module(_module)
