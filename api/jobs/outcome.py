"""What a question to a solver process ends with: an answer, or a failure that says what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answered:
    """The task's answer, JSON values throughout."""

    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer: a stable code, a sentence for a person, and the faults where a document is to blame.

    `where` names the failing lines of code for the log; it holds no values, so no patient's data.
    """

    code: str
    detail: str
    errors: Sequence[Mapping[str, Any]] = ()
    where: str = ""

    def document(self) -> dict[str, Any]:
        """The failure as it is stored in a row's `error` and shown."""
        shown: dict[str, Any] = {"code": self.code, "detail": self.detail}
        if self.errors:
            shown["errors"] = [dict(error) for error in self.errors]
        return shown


Outcome = Answered | Failed
