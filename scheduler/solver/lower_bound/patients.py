"""The patients' part of the linear programme: each patient-day a path of session and idle arcs.

Whatever is left out or relaxed here only lowers the bound. Costs that the columns cannot tell (idle time
around telehealth) are held by one spare column a patient, so that the row of the ideal week stays true.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.calendar import DAYS
from scheduler.solver.kernels.days import DAY_CARE_MIN, DAYS_MIN, GAP, GROUP_DAILY, SERVICES_MIN
from scheduler.solver.lower_bound.linear import FREE, Gathering, Ints, grouped, positions
from scheduler.week import NONE, Arrays, Bools


@dataclass(frozen=True)
class Places:
    """Every attendance that is possible for someone, with its column."""

    patient: Ints
    kind: Ints
    slot: Ints
    column: Ints


class PatientPart:
    def __init__(self, a: Arrays, possible: Bools, gathering: Gathering) -> None:
        self.a, self.into = a, gathering
        p, t, u = (x.astype(np.int64) for x in np.nonzero(possible))
        x = gathering.columns(p.size, a.cost[p, t, u], 1, p)
        self.places = Places(p, t, u, x)
        self.key = p * DAYS + u // a.day  # patient-day of each place
        self.dates, self.at = grouped(self.key)
        self.owner = self.dates // DAYS
        self.attended = gathering.columns(self.dates.size, a.w_day, 1, self.owner)
        self._paths()
        self._days()
        self.care_day = self._care_days()
        self._care_of_a_day()
        self._weeks()
        self._needs()

    # -- days -----------------------------------------------------------------------------------------------

    def _paths(self) -> None:
        """One unit flows from the first start to the last end of an attended day, over sessions and waits."""
        a, into, places = self.a, self.into, self.places
        width = a.day + 1
        offset = places.slot % a.day
        starts = self.at * width + offset
        ends = starts + a.length[places.kind]
        nodes = np.unique(np.concatenate([starts, ends]))
        date = nodes // width
        row = into.rows(nodes.size, 0, 0, self.owner[date])
        into.put(row[positions(nodes, starts)], places.column, -1)
        into.put(row[positions(nodes, ends)], places.column, 1)
        first, last = np.unique(starts), np.unique(ends)
        begin = into.columns(first.size, 0, 1, self.owner[first // width])
        finish = into.columns(last.size, 0, 1, self.owner[last // width])
        into.put(row[positions(nodes, first)], begin, 1)
        into.put(row[positions(nodes, last)], finish, -1)
        once = into.rows(self.dates.size, 0, 0, self.owner)
        into.put(once[first // width], begin, 1)
        into.put(once, self.attended, -1)
        self._waits(nodes, row, np.isin(nodes, last), np.isin(nodes, first), width)

    def _waits(self, nodes: Ints, row: Ints, is_end: Bools, is_start: Bools, width: int) -> None:
        """Idle arcs between neighbouring times of a day, where some wait that long is allowed."""
        a, into = self.a, self.into
        date = nodes // width
        remote = np.zeros(
            self.dates.size, np.bool_
        )  # time in telehealth sessions is not idle, nor around them
        remote[self.at[~a.in_person[self.places.kind]]] = True
        limit = np.where(remote, NONE, a.idle_max[self.owner] // a.slot)
        since = np.maximum.accumulate(np.where(is_end, nodes, -1))
        until = np.minimum.accumulate(np.where(is_start, nodes, 1 << 60)[::-1])[::-1]
        here, there = np.arange(nodes.size - 1), np.arange(1, nodes.size)
        kept = (date[here] == date[there]) & (nodes[there] - since[here] <= limit[date[here]])
        kept &= (until[there] - nodes[here] <= limit[date[here]]) & (since[here] // width == date[here])
        kept &= until[there] // width == date[here]
        here, there = here[kept], there[kept]
        on, slots = date[here], nodes[there] - nodes[here]
        price = np.where(remote[on], 0, a.w_idle * a.slot)
        wait = into.columns(here.size, price * slots, 1, self.owner[on])
        into.put(row[here], wait, -1)
        into.put(row[there], wait, 1)
        bound = np.unique(on[~remote[on]])
        most = into.rows(bound.size, -FREE, 0, self.owner[bound])
        mine = ~remote[on]
        into.put(most[positions(bound, on[mine])], wait[mine], slots[mine])
        into.put(most, self.attended[bound], -np.minimum(limit[bound], a.day))

    def _days(self) -> None:
        """At most `per_day` sessions of a type on an attended day."""
        a, into, places = self.a, self.into, self.places
        key = self.at * a.length.size + places.kind
        found, where = grouped(key)
        often = (np.bincount(where, minlength=found.size) > 1) & (
            a.per_day[found % a.length.size] * a.length[found % a.length.size] < a.day
        )
        row = np.full(found.size, -1, np.int64)
        date = found[often] // a.length.size
        row[often] = into.rows(int(often.sum()), -FREE, 0, self.owner[date])
        mine = often[where]
        into.put(row[where[mine]], places.column[mine], 1)
        into.put(row[often], self.attended[date], -a.per_day[found[often] % a.length.size])

    def _care_days(self) -> Ints:
        """[date] the column that says whether it is a care day; where all types are care, an attended one."""
        a, into = self.a, self.into
        care = a.care[self.places.kind] > 0
        mixed = np.zeros(self.dates.size, np.bool_)
        mixed[self.at[~care]] = True
        column = self.attended.copy()
        column[mixed] = into.columns(int(mixed.sum()), 0, 1, self.owner[mixed])
        below = into.rows(int(mixed.sum()), -FREE, 0, self.owner[mixed])
        into.put(below, column[mixed], 1)
        into.put(below, self.attended[mixed], -1)
        # a care session makes a care day, two of them no more than one: sessions that overlap at some time
        chosen = care & mixed[self.at]
        self._cover(chosen, column)
        return column

    def _cover(self, chosen: Bools, column: Ints) -> None:
        """Sessions of a type together at most `per_day` times the care day."""
        a, into, places = self.a, self.into, self.places
        found, where = grouped(self.at[chosen] * a.length.size + places.kind[chosen])
        date, kind = found // a.length.size, found % a.length.size
        row = into.rows(found.size, -FREE, 0, self.owner[date])
        into.put(row[where], places.column[chosen], 1)
        into.put(row, column[date], -np.minimum(a.per_day[kind], a.day // np.maximum(1, a.length[kind])))

    def _care_of_a_day(self) -> None:
        a = self.a
        p = self.owner
        care = a.care[self.places.kind]
        limited = a.day_care_max[p] < NONE
        self._day_rows(limited, care, a.day_care_max[p], upper=True)
        self._flagged(DAY_CARE_MIN, a.day_care_min[p], care)
        self._flagged(SERVICES_MIN, a.services_min[p], (care > 0).astype(np.int64))
        groups = (care > 0) & a.group[self.places.kind]
        self._flagged(GROUP_DAILY, a.group_daily[p].astype(np.int64), groups.astype(np.int64))

    def _day_rows(self, which: Bools, weight: Ints, limit: Ints, upper: bool) -> Ints:
        """Rows of dates: weighted sessions less `limit` times the care day, at most or at least 0."""
        into = self.into
        row = np.full(self.dates.size, -1, np.int64)
        low, high = (-FREE, 0) if upper else (0, FREE)
        row[which] = into.rows(int(which.sum()), low, high, self.owner[which])
        mine = which[self.at] & (weight > 0)
        into.put(row[self.at[mine]], self.places.column[mine], weight[mine])
        into.put(row[which], self.care_day[which], -limit[which])
        return row

    def _flagged(self, flag: int, least: Ints, weight: Ints) -> None:
        """A care day below its least costs a breach, or is impossible where the rule is enforced."""
        a = self.a
        hard = a.enforced[self.owner, flag]
        which = (least > 0) & (hard | (a.w_breach > 0))
        row = self._day_rows(which, weight, least, upper=False)
        soft = which & ~hard
        breach = self.into.columns(int(soft.sum()), a.w_breach, 1, self.owner[soft])
        self.into.put(row[soft], breach, least[soft])

    # -- weeks ----------------------------------------------------------------------------------------------

    def _weeks(self) -> None:
        a, into = self.a, self.into
        people, mine = grouped(self.owner)
        few = a.days_max[people] < DAYS
        row = np.full(people.size, -1, np.int64)
        row[few] = into.rows(int(few.sum()), -FREE, a.days_max[people[few]], people[few])
        into.put(row[mine[few[mine]]], self.care_day[few[mine]], 1)
        for i, p in enumerate(people):
            own = np.flatnonzero(mine == i)
            days = {int(self.dates[k] % DAYS): int(self.care_day[k]) for k in own}
            self._enough_days(int(p), days)
            self._gaps(int(p), days)

    def _enough_days(self, p: int, days: dict[int, int]) -> None:
        a, into = self.a, self.into
        least = int(a.days_min[p])
        hard = bool(a.enforced[p, DAYS_MIN])
        if least <= 1 or not (hard or a.w_breach > 0):
            return
        columns = np.array(list(days.values()), np.int64)
        row = into.rows(columns.size, 0, FREE, p)
        into.put(np.repeat(row, columns.size), np.tile(columns, columns.size), 1)
        into.put(row, columns, -least)
        if not hard:
            missing = into.columns(1, a.w_breach, least, p)
            into.put(row, np.repeat(missing, row.size), 1)

    def _gaps(self, p: int, days: dict[int, int]) -> None:
        """A care day followed by none within the allowed gap, but by a later one, is a breach."""
        a, into = self.a, self.into
        gap, hard = int(a.gap_max[p]), bool(a.enforced[p, GAP])
        if gap >= DAYS or not (hard or a.w_breach > 0):
            return
        for d, column in days.items():
            later = [e for e in days if e > d + gap + 1]
            if not later:
                continue
            near = [days[e] for e in days if d < e <= d + gap + 1]
            row = into.rows(len(later), -FREE, 1, p)
            into.put(row, np.full(row.size, column), 1)
            into.put(row, np.array([days[e] for e in later]), 1)
            into.put(np.repeat(row, len(near)), np.tile(np.array(near, np.int64), row.size), -1)
            if not hard:
                breach = into.columns(1, a.w_breach, 1, p)
                into.put(row, np.repeat(breach, row.size), -1)

    def _needs(self) -> None:
        """Unmet minutes: the larger of what requirements and what care minutes lack, and the other lacks."""
        a, into, places = self.a, self.into, self.places
        for p in range(a.needs.size):
            mine = slice(*np.searchsorted(places.patient, [p, p + 1]))
            kinds, columns = places.kind[mine], places.column[mine]
            price = int(a.unmet_price[p])
            wanted = int(a.care_min[p]) + int((a.need_min[p] * a.need_minutes[p]).sum())
            unmet = into.columns(1, price, wanted, p)
            by_need = into.rows(1, 0, FREE, p)
            into.put(by_need, unmet, 1)
            for q in range(int(a.needs[p])):
                own = columns[a.need_of[p, kinds] == q]
                if a.need_max[p, q] < own.size:
                    into.put(into.rows(1, -FREE, a.need_max[p, q], p), own, 1)
                if a.need_min[p, q] > 0 and a.need_minutes[p, q] > 0:
                    care = bool(a.need_care[p, q])
                    minutes = int(a.need_minutes[p, q])
                    lack = into.columns(1, 0 if care else price * minutes, a.need_min[p, q], p)
                    row = into.rows(1, a.need_min[p, q], FREE, p)
                    into.put(row, own, 1)
                    into.put(row, lack, 1)
                    if care:
                        into.put(by_need, lack, -minutes)
            self._care_minutes(p, columns, a.care[kinds], unmet)

    def _care_minutes(self, p: int, columns: Ints, care: Ints, unmet: Ints) -> None:
        a, into = self.a, self.into
        if a.care_min[p] > 0:
            row = into.rows(1, a.care_min[p], FREE, p)
            into.put(row, columns, care)
            into.put(row, unmet, 1)
        if a.care_max[p] < care.sum():
            into.put(into.rows(1, -FREE, a.care_max[p], p), columns, care)


def week_rows(into: Gathering, charged: Ints, least: Ints) -> None:
    """Every patient's own cost, with places at the cost charged for them, reaches that of the best week.

    `charged` holds the cost of every column there is; a spare column stands for what columns cannot tell.
    """
    body = into.linear()
    people = np.arange(least.size)
    spare = into.columns(least.size, 1, np.maximum(least, 0), people)
    row = into.rows(least.size, least, FREE, people)
    into.put(row, spare, 1)
    priced = np.flatnonzero((charged != 0) & (body.column_owner >= 0))
    into.put(row[body.column_owner[priced]], priced, charged[priced])
