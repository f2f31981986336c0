"""What leaves no question open: nobody is unnamed, and every week is legal as it stands.

Whoever is not admitted then attends nothing anew in place of what they lose. That is narrower than the rules
are, so it finds outcomes and proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from itertools import islice, product
from typing import TYPE_CHECKING, Any, Final

from scheduler.solver.keeping.clauses import any_of
from scheduler.solver.keeping.parts import Key

if TYPE_CHECKING:
    from scheduler.solver.keeping.model import Keeping

TOGETHER: Final = 6  # attendances of a patient of which every selection is judged
JUDGED: Final = 1 << TOGETHER  # selections of one date's attendances, where it has more than that


def settled(keeping: Keeping) -> list[Any]:
    """One variable a question, with what holds when it is true: then the question is not open."""
    found = []
    for slot in keeping.slots:
        if not isinstance(slot.joins, int):
            found.append(keeping.model.new_bool_var(""))
            keeping.model.add(slot.joins == 0).only_enforce_if(found[-1])
    for p, own in _own(keeping).items():
        found.append(keeping.model.new_bool_var(""))
        _legal_as_it_stands(keeping, p, own, found[-1])
    return found


def _own(keeping: Keeping) -> dict[int, list[Key]]:
    """What each patient who is not admitted had on the dates; nothing for who could only join."""
    found: dict[int, list[Key]] = {p: [] for p in keeping.places}
    for key, members in keeping.members.items():
        for p in dict.fromkeys(members):
            found.setdefault(p, []).append(key)
    return {p: own for p, own in found.items() if p not in keeping.admitted}


def _legal_as_it_stands(keeping: Keeping, p: int, own: list[Key], yes: Any) -> None:
    """Losses on one date at most, or a selection that was judged; who joins a group loses nothing."""
    model, kept = keeping.model, {key: keeping.attendance.get((p, key)) for key in own}
    whole = all(v is not None for v in kept.values())
    if whole and not keeping.personal.holds(p, [*keeping.stays.get(p, ()), *own]):
        any_of(model, (yes.negated(), *_other_than(kept, own, set(own))))
    less = []
    for keys in _parts(keeping, own):
        for stay in _illegal(keeping, p, own, keys):
            any_of(model, (yes.negated(), *_other_than(kept, keys, stay)))
        some = model.new_bool_var("")
        less.append(some)
        for key in keys:
            any_of(model, (some,) if kept[key] is None else (kept[key], some))
    joins = [keeping.attendance[p, key] for key in keeping.places.get(p, ()) if key not in kept]
    if len(less) + len(joins) > 1:
        model.add(sum(less) + sum(joins) <= 1).only_enforce_if(yes)


def _other_than(kept: dict[Key, Any], keys: Iterable[Key], stay: Set[Key]) -> Iterator[Any]:
    """One of these is true unless exactly `stay` of the keys is kept."""
    for key in keys:
        if (attends := kept[key]) is not None:
            yield attends.negated() if key in stay else attends


def _parts(keeping: Keeping, own: list[Key]) -> list[list[Key]]:
    """Of many attendances each date is judged alone."""
    if len(own) <= TOGETHER:
        return [own] if own else []
    by_date: dict[int, list[Key]] = {}
    for key in own:
        by_date.setdefault(key[1] // keeping.a.day, []).append(key)
    return list(by_date.values())


def _illegal(keeping: Keeping, p: int, own: list[Key], keys: list[Key]) -> Iterator[set[Key]]:
    """Which of the keys cannot be all that is kept of them: the week would not be legal."""
    rest = [*keeping.stays.get(p, ()), *(key for key in own if key not in keys)]
    choices = [(True, False) if (p, key) in keeping.attendance else (False,) for key in keys]
    for chosen in islice(product(*choices), JUDGED):
        stay = {key for key, stays in zip(keys, chosen, strict=True) if stays}
        if len(stay) < len(keys) and not keeping.personal.holds(p, [*rest, *stay]):
            yield stay
