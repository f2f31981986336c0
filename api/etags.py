"""ETags and preconditions: nobody writes over a change that they have not seen."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from api.errors import PreconditionMissing, Stale

IfMatch = Annotated[str | None, Header(description="ETag that was read; `*` writes over whatever is there")]
IfNoneMatch = Annotated[str | None, Header(description="`*`: only if there is nothing yet")]


def etag(version: int) -> str:
    return f'"{version}"'


def _matches(given: str, current: str) -> bool:
    tags = [tag.strip() for tag in given.split(",")]
    return "*" in tags or current in tags


def check(version: int | None, if_match: str | None, if_none_match: str | None = None) -> None:
    """Refuse a write whose preconditions do not hold; `version` None means that there is nothing yet."""
    if version is None:
        if if_match is not None:
            raise Stale(None)
        return
    current = etag(version)
    if if_none_match is not None and _matches(if_none_match, current):
        raise Stale(current)
    if if_match is None:
        raise PreconditionMissing(current)
    if not _matches(if_match, current):
        raise Stale(current)


def unchanged(version: int, if_none_match: str | None) -> bool:
    """Whether a reader already has this version (weak comparison, RFC 9110)."""
    return if_none_match is not None and _matches(if_none_match.replace("W/", ""), etag(version))
