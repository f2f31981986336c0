"""A proved change of the problem document as operations on what is stored: read it, change it, write it back.

What a payer allows of a week is worked out from stored authorisations, so more of it means to change those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from api.store.clinics import patient as stored_patient
from api.store.models import Patient
from api.weekly import left_of, stored_of, used_elsewhere
from api.weeks import StoredWeek
from scheduler.authorizations import spent

Json = dict[str, Any]
LAST_DAY = timedelta(days=6)
BOUNDS = ("from", "until")


def stored_patch(session: Session, week: StoredWeek, patch: Iterable[Json]) -> list[Json]:
    """The operations, each with the `resource` it changes and the place in that document."""
    return [made for operation in patch for made in _stored(session, week, operation)]


def _stored(session: Session, week: StoredWeek, operation: Json) -> Iterator[Json]:
    _, part, *rest = operation["path"].split("/")
    resource = f"/v1/clinics/{week.clinic_id}"
    if part != "patients":
        resource += f"/{part}" if part in ("cohorts", "apart") else ""
        yield {**operation, "resource": resource}
        return
    document = week.problem["patients"][int(rest[0])]
    resource += f"/patients/{document['id']}"
    row = stored_patient(session, week.clinic_id, document["id"])
    if rest[1:] == ["authorized"] and row is not None and row.authorizations:
        now, then = document.get("authorized") or {}, operation.get("value") or {}
        yield from _authorized(session, week, row, resource, now, then)
    else:
        yield {**operation, "resource": resource, "path": "".join(f"/{step}" for step in rest[1:])}


def _authorized(
    session: Session, week: StoredWeek, row: Patient, resource: str, now: Json, then: Json
) -> Iterator[Json]:
    """The stored authorisation that covers the week, and the patient's own block where it says less."""
    first = date.fromisoformat(week.row.week_start)
    used = used_elsewhere(session, week.clinic_id, [row], first).get(row.id, [])
    left, listed = left_of(row, used, first), stored_of(row)
    number = next((n for n, a in enumerate(listed) if a.id == left.authorization), None)
    if number is None or left.block is None:  # none touches the week: nothing there could be raised
        return
    own = dict(row.document.get("authorized") or {})
    elsewhere = [u for u in used if not first <= u.date <= first + LAST_DAY]
    for name, used_before in zip(("days", "minutes"), spent(listed[number], elsewhere), strict=True):
        more, own_limit = (then.get(name) or 0) - (now.get(name) or 0), own.get(name)
        limit = left.block.get(name)
        least = min((one for one in (own_limit, limit) if one is not None), default=None)
        if more <= 0 or least is None:  # nothing is limited by now: what is stored was changed meanwhile
            continue
        wanted = least + more
        if limit is not None and limit < wanted:
            yield _put(f"{resource}/authorizations", used_before + wanted, "authorizations", number, name)
        if own_limit is not None and own_limit < wanted:
            own[name] = wanted
            yield _put(resource, own, "authorized")
    if any(now.get(bound) for bound in BOUNDS) and not any(then.get(bound) for bound in BOUNDS):
        yield from _all_dates(resource, row.authorizations[number], number, first)
        if any(own.get(bound) for bound in BOUNDS):
            yield _put(resource, {k: v for k, v in own.items() if k not in BOUNDS}, "authorized")


def _all_dates(resource: str, stored: Json, number: int, first: date) -> Iterator[Json]:
    """The authorisation holds on every date of the week."""
    last = (first + LAST_DAY).isoformat()
    for bound, day, narrow in (
        ("from", first.isoformat(), (stored.get("from") or "") > first.isoformat()),
        ("until", last, (stored.get("until") or last) < last),
    ):
        if narrow:
            yield _put(f"{resource}/authorizations", day, "authorizations", number, bound)


def _put(resource: str, value: Any, *path: str | int) -> Json:
    return {"op": "add", "path": "".join(f"/{step}" for step in path), "value": value, "resource": resource}
