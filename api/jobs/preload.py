"""Imported once in the fork server, so that every solver process starts with the solver already loaded.

A failed import is left to the child, which reports it; here it would end the fork server without a word.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module

for _module in ("api.jobs.child", "scheduler.solver", "api.jobs.questions"):
    with suppress(Exception):
        import_module(_module)
