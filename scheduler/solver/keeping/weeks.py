"""The rules of a patient's own week in the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from scheduler.calendar import DAYS
from scheduler.solver.keeping.clauses import any_of, at_most_one, implies
from scheduler.solver.keeping.parts import Key
from scheduler.solver.kernels.days import DAY_CARE_MIN, DAYS_MIN, GAP, GROUP_DAILY, SERVICES_MIN
from scheduler.week import NONE

if TYPE_CHECKING:
    from scheduler.solver.keeping.model import Keeping

Choice = tuple[Key, Any]  # a place, and what is true when it is attended


@dataclass
class _Day:
    """One date of a patient; `care` is true when any care is attended."""

    choices: list[Choice] = field(default_factory=list)
    care: Any = 0


def add_week(keeping: Keeping, p: int) -> None:
    """Every rule of the week of one patient."""
    days = [_Day() for _ in range(DAYS)]
    one = keeping.model.new_constant(1)
    for key in keeping.stays.get(p, ()):
        days[key[1] // keeping.a.day].choices.append((key, one))
    for key in keeping.places.get(p, ()):
        days[key[1] // keeping.a.day].choices.append((key, keeping.attendance[p, key]))
    every = [choice for day in days for choice in day.choices]
    _one_place_at_a_time(keeping, every)
    _count(keeping, p, every)
    for day in days:
        _limit_day(keeping, p, day)
        _limit_idle(keeping, p, day.choices)
    _limit_days(keeping, p, [day.care for day in days])


def loosen(keeping: Keeping, p: int) -> None:
    """One who is not admitted may join a group: while nothing is lost, only where a week could hold all."""
    own = keeping.ground.own.get(p, ())
    places = keeping.places.get(p, ())
    _one_place_at_a_time(keeping, [(k, keeping.attendance[p, k]) for k in places])
    kept = [keeping.attendance[p, k] for k in own if (p, k) in keeping.attendance]
    if len(kept) < len(own):
        return
    for key in places:
        if key not in own and not keeping.ground.could_join(p, key):
            any_of(keeping.model, [v.negated() for v in (keeping.attendance[p, key], *kept)])


def _one_place_at_a_time(keeping: Keeping, choices: Iterable[Choice]) -> None:
    spans = [(u, u + int(keeping.a.length[t]), v) for (t, u), v in choices]
    for moment in sorted({first for first, _, _ in spans}):
        there = [v for first, last, v in spans if first <= moment < last]
        if len(there) > 1:
            at_most_one(keeping.model, there)


def _count(keeping: Keeping, p: int, every: list[Choice]) -> None:
    """What is limited in the week: sessions of a requirement, care minutes."""
    a, model = keeping.a, keeping.model
    for q in range(int(a.needs[p])):
        if a.need_max[p, q] < NONE:
            counted = [v for (t, _), v in every if a.need_of[p, t] == q]
            model.add(sum(counted) <= int(a.need_max[p, q]))
    if a.care_max[p] < NONE:
        model.add(sum(int(a.care[t]) * v for (t, _), v in every) <= int(a.care_max[p]))


def _limit_day(keeping: Keeping, p: int, day: _Day) -> None:
    a, model = keeping.a, keeping.model
    for t in {t for (t, _), _ in day.choices}:
        if a.per_day[t] < NONE:
            model.add(sum(v for (s, _), v in day.choices if s == t) <= _most_a_day(keeping, p, t, day))
    care = [(t, v) for (t, _), v in day.choices if a.care[t] > 0]
    if not care:
        return
    minutes = sum(int(a.care[t]) * v for t, v in care)
    if a.day_care_max[p] < NONE:
        model.add(minutes <= int(a.day_care_max[p]))
    day.care = model.new_bool_var("")
    model.add_max_equality(day.care, [v for _, v in care])
    if a.enforced[p, DAY_CARE_MIN]:
        model.add(minutes >= int(a.day_care_min[p]) * day.care)
    if a.enforced[p, SERVICES_MIN]:
        model.add(sum(v for _, v in care) >= int(a.services_min[p]) * day.care)
    if a.enforced[p, GROUP_DAILY] and a.group_daily[p]:
        model.add(sum(v for t, v in care if a.group[t]) >= day.care)


def _most_a_day(keeping: Keeping, p: int, t: int, day: _Day) -> int:
    """As often as the type allows, or as often as it has happened that day."""
    most = int(keeping.a.per_day[t])
    if not keeping.a.often[p]:
        return most
    stays = keeping.stays.get(p, ())
    return max(most, sum(key[0] == t and key in stays for key, _ in day.choices))


def _limit_days(keeping: Keeping, p: int, care: list[Any]) -> None:
    a, model = keeping.a, keeping.model
    days = [v for v in care if not isinstance(v, int)]
    if a.days_max[p] < DAYS:
        model.add(sum(days) <= int(a.days_max[p]))
    if a.enforced[p, DAYS_MIN]:
        for day in days:
            model.add(sum(days) >= int(a.days_min[p]) * day)
    if a.enforced[p, GAP]:
        for first, last in _too_far_apart(care, int(a.gap_max[p])):
            between = [v for v in care[first + 1 : last] if not isinstance(v, int)]
            any_of(model, [care[first].negated(), care[last].negated(), *between])


def _too_far_apart(care: list[Any], most: int) -> Iterator[tuple[int, int]]:
    there = [d for d, v in enumerate(care) if not isinstance(v, int)]
    return ((i, j) for i, j in combinations(there, 2) if j - i - 1 > most)


def _limit_idle(keeping: Keeping, p: int, choices: list[Choice]) -> None:
    """Slots after an in-person session has begun and before one ends, in no session, are idle."""
    a, model = keeping.a, keeping.model
    on_site = [(u, u + int(a.length[t]), v) for (t, u), v in choices if a.in_person[t]]
    if a.idle_max[p] >= NONE or len(on_site) < 2:
        return
    first, last = min(u for u, _, _ in on_site), max(end for _, end, _ in on_site)
    begun = [model.new_bool_var("") for _ in range(first, last)]
    lasts = [model.new_bool_var("") for _ in range(first, last)]
    idle = [model.new_bool_var("") for _ in range(first, last)]
    for u, end, v in on_site:
        implies(model, v, begun[u - first])
        implies(model, v, lasts[end - 1 - first])
    for i in range(last - first - 1):
        implies(model, begun[i], begun[i + 1])
        implies(model, lasts[i + 1], lasts[i])
    for i in range(last - first):
        there = [v for (t, u), v in choices if u <= first + i < u + int(a.length[t])]
        any_of(model, [begun[i].negated(), lasts[i].negated(), *there, idle[i]])
    model.add(a.slot * sum(idle) <= int(a.idle_max[p]))
