"""Options that name somebody of a document."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Protocol, TypeVar

from scheduler.cli.failure import CommandFailed


class HasId(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=HasId)


def one_of(rows: Iterable[T], key: str, kind: str) -> T:
    """The row with this id; an unknown one ends the command, with the nearest known ones."""
    by_id = {row.id: row for row in rows}
    if key in by_id:
        return by_id[key]
    near = get_close_matches(key, by_id, n=3)
    maybe = f" Maybe: {', '.join(near)}." if near else ""
    raise CommandFailed(f"There is no {kind} {key!r} in this timetable.{maybe}")
