"""Why care stays unmet, the least that would have to change, and what one more of something would bring."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scheduler.explain.answer import Explanation


def explain(*arguments: Any, **options: Any) -> Explanation:
    """See `scheduler.explain.whole.explain`; loaded when it is asked."""
    from scheduler.explain.whole import explain as asked

    return asked(*arguments, **options)


class _Explain(ModuleType):
    """`scheduler.explain` is a public function and this package; importing the package hides the function."""

    def __call__(self, *arguments: Any, **options: Any) -> Explanation:
        return explain(*arguments, **options)


sys.modules[__name__].__class__ = _Explain
