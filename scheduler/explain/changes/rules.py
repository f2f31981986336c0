"""One rule relaxed: the patient's own limits, what the payer authorises, whom a session type is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

import numpy as np

from scheduler.calendar import DAYS
from scheduler.explain import phrases
from scheduler.explain.causes import FLAGS, Cause
from scheduler.explain.changes.candidate import Candidate, Candidates, Inquiry
from scheduler.explain.patch import Operation, put, removed
from scheduler.finding import Words
from scheduler.problem import FLAGGED_RULES, Limits, SessionType

KIND: Final = "rule"
STEPS: Final = (15, 30, 60, 120)
SMALL, LARGE = 30, 240  # what asking for it takes, besides the minutes it gives away
RAISED: Final = Words("rule", "{rule}: {then} instead of {now}, for this patient")
NOT_HARD: Final = Words("rule", "{called} may be missed by this patient, as a breach that is counted")
CALLED: Final = {
    "day_care_min": "the least care minutes of a day",
    "days_min": "the least care days of the week",
    "gap": "the widest gap between care days",
    "services_min": "the least care sessions of a day",
    "group_daily": "a group on every care day",
}
TAGGED: Final = Words("rule", "{what} is opened to this patient ({tags})")
TELEHEALTH: Final = Words("rule", "the patient takes {what} by telehealth")
TOGETHER: Final = Words("rule", "the patient is no longer kept apart from one of the others")
AGAIN: Final = Words("rule", "{then} {what} a day instead of {now}")
DATES: Final = Words("rule", "the payer authorises the whole week")

Limiting = Callable[[], AbstractContextManager[None]]


def candidates(inquiry: Inquiry) -> Candidates:
    asked = list(_all(inquiry))
    inquiry.count(KIND, len(asked))
    for candidate in sorted(asked, key=lambda c: c.effort):
        if inquiry.helps(candidate):
            yield candidate


def _all(inquiry: Inquiry) -> Iterator[Candidate]:
    yield from _limits(inquiry)
    yield from _flags(inquiry)
    yield from _paid(inquiry)
    yield from _per_day(inquiry)
    yield from _doors(inquiry)


# -- the patient's limits -----------------------------------------------------------------------------------


def _limits(inquiry: Inquiry) -> Iterator[Candidate]:
    rights, p = inquiry.world.setting.entitlements[inquiry.world.patient.id], inquiry.world.p
    paid = rights.authorized_days, rights.authorized_minutes
    if rights.idle_max is not None:
        for step in STEPS:
            then = rights.idle_max + step
            patch = put(then, "patients", p, "max_idle_minutes")
            yield _raised(
                inquiry, "most minutes of waiting on a day", rights.idle_max, then, step, patch, idle_max=then
            )
    for name, now, key, array in (
        ("care minutes a day", rights.day_care_max, "day_care_minutes", "day_care_max"),
        ("care minutes a week", rights.care_max, "care_minutes", "care_max"),
    ):
        for step in STEPS[1:] if now is not None else ():
            assert now is not None
            then, capped = now + step, paid[1] if array == "care_max" and paid[1] is not None else now + step
            patch = put(_with_max(inquiry, key, then), "patients", p, key)
            yield _raised(inquiry, f"most {name}", now, then, step, patch, **{array: min(then, capped)})
    if rights.days_max is not None and rights.days_max < DAYS:
        then = rights.days_max + 1
        patch = put(_with_max(inquiry, "days", then), "patients", p, "days")
        allowed = min(then, DAYS if paid[0] is None else paid[0])
        yield _raised(inquiry, "most care days a week", rights.days_max, then, 60, patch, days_max=allowed)
    if rights.gap_max is not None and "gap" in rights.enforced:
        then = rights.gap_max + 1
        patch = put(then, "patients", p, "max_gap_days")
        yield _raised(
            inquiry, "most dates between two care days", rights.gap_max, then, 60, patch, gap_max=then
        )
    if rights.day_care_min and "day_care_min" in rights.enforced:
        for step in (s for s in STEPS[1:] if s < rights.day_care_min):
            then = rights.day_care_min - step
            patch = put(_with_min(inquiry, "day_care_minutes", then), "patients", p, "day_care_minutes")
            name = "least care minutes a day"
            yield _raised(inquiry, name, rights.day_care_min, then, step, patch, day_care_min=then)


def _raised(
    inquiry: Inquiry, rule: str, now: int, then: int, step: int, patch: Operation, **limits: int
) -> Candidate:
    params = {"rule": rule, "now": now, "then": then}
    return Candidate(KIND, RAISED, params, SMALL + step, (patch,), limits=_limiting(inquiry, **limits))


def _limiting(inquiry: Inquiry, **limits: int) -> Limiting:
    programme, p = inquiry.programme, inquiry.world.p

    @contextmanager
    def changed() -> Iterator[None]:
        with programme.changed(p):
            for name, value in limits.items():
                getattr(programme.limits, name)[p] = value
            yield

    return changed


def _rule(inquiry: Inquiry, key: str) -> Any:
    """The value that holds for the patient: their own, else the program's."""
    patient = inquiry.world.patient
    program = next(g for g in inquiry.world.week.problem.programs if g.id == patient.program)
    own = getattr(patient, key)
    return getattr(program, key) if own is None else own


def _with_max(inquiry: Inquiry, key: str, value: int) -> dict[str, int]:
    now: Limits = _rule(inquiry, key)
    return {"max": value} if now.min is None else {"min": now.min, "max": value}


def _with_min(inquiry: Inquiry, key: str, value: int) -> dict[str, int]:
    now: Limits = _rule(inquiry, key)
    return {"min": value} if now.max is None else {"min": value, "max": now.max}


def _flags(inquiry: Inquiry) -> Iterator[Candidate]:
    """A hard rule becomes one that is counted and costs."""
    rights, p = inquiry.world.setting.entitlements[inquiry.world.patient.id], inquiry.world.p
    for cause, name in FLAGS.items():
        if cause not in inquiry.world.limiting:
            continue
        rest = [rule for rule in FLAGGED_RULES if rule in rights.enforced and rule != name]
        patch = put(rest, "patients", p, "enforce")
        yield Candidate(
            KIND,
            NOT_HARD,
            {"rule": name, "called": CALLED[name]},
            LARGE // 2,
            (patch,),
            limits=_lifting(inquiry, cause),
        )


def _lifting(inquiry: Inquiry, cause: Cause) -> Limiting:
    return lambda: inquiry.programme.lifted(inquiry.world.p, cause)


# -- payer, type and doors ----------------------------------------------------------------------------------


def _paid(inquiry: Inquiry) -> Iterator[Candidate]:
    world = inquiry.world
    rights, given = world.setting.entitlements[world.patient.id], world.patient.authorized
    written = given.model_dump(mode="json", by_alias=True, exclude_none=True)
    if (now := rights.authorized_minutes) is not None:
        for step in STEPS[1:]:
            then = now + step
            limit = then if rights.care_max is None else min(then, rights.care_max)
            patch = put(written | {"minutes": then}, "patients", world.p, "authorized")
            name = "authorised care minutes"
            yield _raised(inquiry, name, now, then, SMALL + step, patch, care_max=limit)
    if (now := rights.authorized_days) is not None and now < DAYS:
        limit = now + 1 if rights.days_max is None else min(now + 1, rights.days_max)
        patch = put(written | {"days": now + 1}, "patients", world.p, "authorized")
        yield _raised(inquiry, "authorised care days", now, now + 1, 120, patch, days_max=limit)
    rows = world.rows_barred_by(Cause.AUTHORIZATION)
    if len(rows):
        rest = {k: v for k, v in written.items() if k not in ("from", "until")}
        yield Candidate(KIND, DATES, {}, LARGE, (put(rest, "patients", world.p, "authorized"),), rows)


def _per_day(inquiry: Inquiry) -> Iterator[Candidate]:
    world = inquiry.world
    for t in world.short:
        kind = world.clinic.types[t]
        if (now := kind.max_per_day) is None:
            continue
        params = {"what": phrases.name_of(kind), "session_type": kind.id, "now": now, "then": now + 1}
        patch = put(now + 1, "session_types", t, "max_per_day")
        yield Candidate(KIND, AGAIN, params, LARGE, (patch,), limits=_more_a_day(inquiry, t, now + 1))


def _more_a_day(inquiry: Inquiry, t: int, most: int) -> Limiting:
    programme, p = inquiry.programme, inquiry.world.p

    @contextmanager
    def changed() -> Iterator[None]:
        with programme.changed(p):
            programme.limits.per_day[t] = most
            yield

    return changed


def _doors(inquiry: Inquiry) -> Iterator[Candidate]:
    """Session types and groups that are not open to the patient."""
    world = inquiry.world
    kinds = world.rows[0]
    rows = world.rows_barred_by(Cause.AUDIENCE)
    for t in dict.fromkeys(map(int, kinds[rows])):
        yield _tagged(inquiry, t, rows)
    rows = world.rows_barred_by(Cause.DELIVERY)
    if len(rows):
        what = phrases.listed(
            phrases.name_of(world.clinic.types[t]) for t in sorted(set(map(int, kinds[rows])))
        )
        patch = put(True, "patients", world.p, "telehealth")
        yield Candidate(KIND, TELEHEALTH, {"what": what}, LARGE, (patch,), rows)
    rows = world.rows_barred_by(Cause.APART)
    pairs = world.setting.problem.apart
    for partner in sorted(world.apart):
        met = [r for r in rows if (s := world.session_of_row(int(r))) and partner in s.patients]
        met = [r for r in met if len(world.apart & set(world.joinable[int(r)][0].patients)) == 1]
        if met:
            index = next(i for i, pair in enumerate(pairs) if set(pair) == {world.patient.id, partner})
            yield Candidate(KIND, TOGETHER, {}, LARGE, (removed("apart", index),), np.array(met, np.intp))


def _tagged(inquiry: Inquiry, t: int, rows: Any) -> Candidate:
    world = inquiry.world
    kind, tags = world.clinic.types[t], list(world.patient.tags)
    added = [tag for tag in kind.audience.requires if tag not in tags]
    taken = [tag for tag in kind.audience.excludes if tag in tags]
    then = [tag for tag in (*tags, *added) if tag not in taken]
    said = [f"with {tag}" for tag in added] + [f"without {tag}" for tag in taken]
    params = {"what": phrases.name_of(kind), "session_type": kind.id, "tags": said}
    opened = {u for u, other in enumerate(world.clinic.types) if _is_for(then, other)}
    fine = rows[[int(k) in opened for k in world.rows[0][rows]]]
    # Types that are open now may be barred by the new tags: the proof looks at all of them.
    return Candidate(KIND, TAGGED, params, LARGE, (put(then, "patients", world.p, "tags"),), fine)


def _is_for(tags: list[str], kind: SessionType) -> bool:
    wanted, barred = set(kind.audience.requires), set(kind.audience.excludes)
    return wanted <= set(tags) and barred.isdisjoint(tags)
