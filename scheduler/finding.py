"""What a rule says when it is broken, and why something may not be: plain values with words."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from scheduler.timetable import Reason


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule: about whom (`subject`, an id), a sentence for a person, the sessions it is seen in."""

    rule: str
    subject: str
    text: str
    params: dict[str, Any] = field(default_factory=dict)
    sessions: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, self.subject

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"sessions": list(self.sessions)}

    def __str__(self) -> str:
        return f"{self.text} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence with gaps: the one wording of a fact, whether it is reported, explained or documented."""

    code: str
    template: str

    def text(self, **params: Any) -> str:
        shown = {k: ", ".join(map(str, v)) if isinstance(v, list | tuple) else v for k, v in params.items()}
        return self.template.format(**shown)

    def reason(self, **params: Any) -> Reason:
        return Reason(code=self.code, text=self.text(**params), params=params)

    def finding(self, rule: str, subject: str, sessions: tuple[str, ...] = (), **params: Any) -> Finding:
        text = self.text(**params)
        return Finding(rule, subject, f"{text[0].upper()}{text[1:]}.", {"code": self.code} | params, sessions)
