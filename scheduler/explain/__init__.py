"""Why care stays unmet, the least that would have to change, and what one more of something would bring."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scheduler.explain.whole import explain

__all__ = ["explain"]


def __getattr__(name: str) -> Any:
    """`explain` needs the search kernels, which whoever wants reasons alone does not load."""
    if name != "explain":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from scheduler.explain.whole import explain

    return explain


class _Explain(ModuleType):
    """`scheduler.explain` is a public function and this package; importing the package hides the function."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self.explain(*arguments, **options)


sys.modules[__name__].__class__ = _Explain
