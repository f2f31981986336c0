"""Whether somebody who keeps all that they had could join a group besides, whatever else they might attend.

What is too much stays too much (`could_be_part`). Waiting can be filled and the least of a day reached only
by sessions that the patient may attend then, that lie beside what is kept, and that the week still has room
for. That they might not go together, or not be held, is not looked at: what is found impossible is.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from scheduler.solver.keeping.parts import Key
from scheduler.solver.kernels.days import DAY_CARE_MIN, GROUP_DAILY, SERVICES_MIN
from scheduler.week import NONE, Arrays

if TYPE_CHECKING:
    from scheduler.solver.keeping.ground import Ground

ANY: Final = 1 << 30  # more than a week holds


def could_join(ground: Ground, p: int, own: Sequence[Key], key: Key) -> bool:
    """`own` is all that the patient had on the dates; only dates of the circle can be filled."""
    week = [*ground.stays.get(p, ()), *own, key]
    if not ground.personal.could_be_part(p, week):
        return False
    return _Joined(ground.a, p, week, key).could_be_legal()


class _Joined:
    """A patient's week with all that is kept, on the date of the group that is joined."""

    def __init__(self, a: Arrays, p: int, week: Iterable[Key], key: Key) -> None:
        self.a, self.p, self.week = a, p, list(week)
        self.day = key[1] // a.day
        self.today = sorted((u, u + int(a.length[t]), t) for t, u in self.week if u // a.day == self.day)
        self.left = self._left()
        self.more = self._more()

    def could_be_legal(self) -> bool:
        return self._idle() <= int(self.a.idle_max[self.p]) and self._enough()

    def _left(self) -> dict[int, int]:
        """[requirement]: sessions that the week has still room for."""
        a, p = self.a, self.p
        left = {}
        for q in range(int(a.needs[p])):
            had = sum(a.need_of[p, t] == q for t, _ in self.week)
            left[q] = int(a.need_max[p, q]) - had if a.need_max[p, q] < NONE else ANY
        return left

    def _more(self) -> dict[int, list[int]]:
        """[type]: starts on the date beside what is kept."""
        a, p, first = self.a, self.p, self.day * self.a.day
        budget = self._budget()
        free = np.ones(a.day, np.bool_)
        for u, end, _ in self.today:
            free[u - first : end - first] = False
        found = {}
        for t in np.flatnonzero(a.need_of[p] >= 0):
            if self.left[int(a.need_of[p, t])] <= 0 or int(a.care[t]) > budget or self._often_enough(int(t)):
                continue
            n = int(a.length[t])
            starts = np.flatnonzero(a.pok[p, t, first : first + a.day])
            fits = [int(u) + first for u in starts if free[u : u + n].all()]
            if fits:
                found[int(t)] = fits
        return found

    def _budget(self) -> int:
        """Care minutes that the date has still room for."""
        a, p = self.a, self.p
        week = sum(int(a.care[t]) for t, _ in self.week)
        return min(int(a.care_max[p]) - week, int(a.day_care_max[p]) - self._care())

    def _care(self) -> int:
        return sum(int(self.a.care[t]) for _, _, t in self.today)

    def _often_enough(self, t: int) -> bool:
        a = self.a
        return not a.often[self.p] and sum(s == t for _, _, s in self.today) >= int(a.per_day[t])

    def _idle(self) -> int:
        """Minutes of waiting that nothing can fill."""
        a, there = self.a, [span for span in self.today if self.a.in_person[span[2]]]
        if not there or a.idle_max[self.p] >= NONE:
            return 0
        first, last = there[0][0], max(end for _, end, _ in there)
        inside = [(u, end) for u, end, _ in self.today if first <= u and end <= last]
        gaps = ((end, begins) for (_, end), (begins, _) in itertools.pairwise(inside))
        return a.slot * sum(self._unfilled(end, begins) for end, begins in gaps)

    def _unfilled(self, first: int, last: int) -> int:
        """The fewest empty slots of a gap, if each session could be as often as is useful."""
        ends: dict[int, list[int]] = {}
        for t, starts in self.more.items():
            n = int(self.a.length[t])
            for u in starts:
                if first <= u and u + n <= last:
                    ends.setdefault(u + n, []).append(u)
        empty = [0]
        for u in range(first + 1, last + 1):
            empty.append(min([empty[-1] + 1, *(empty[begins - first] for begins in ends.get(u, ()))]))
        return empty[-1]

    def _enough(self) -> bool:
        """The least of a day with care."""
        a, p = self.a, self.p
        services = [t for _, _, t in self.today if a.care[t] > 0]
        if not services:
            return True
        more = {t for t in self.more if a.care[t] > 0}
        room = {q: self.left[q] for q in {int(a.need_of[p, t]) for t in more}}
        longest = {q: max(int(a.care[t]) for t in more if a.need_of[p, t] == q) for q in room}
        minutes = min(self._budget(), sum(n * longest[q] for q, n in room.items()))
        if a.enforced[p, DAY_CARE_MIN] and self._care() + minutes < a.day_care_min[p]:
            return False
        if a.enforced[p, SERVICES_MIN] and len(services) + sum(room.values()) < a.services_min[p]:
            return False
        grouped = any(a.group[t] for t in (*services, *more))
        return bool(grouped or not (a.enforced[p, GROUP_DAILY] and a.group_daily[p]))
