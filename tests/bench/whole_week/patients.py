"""What patients may and should get: their limits, the flagged rules, unmet care and every other price."""

from __future__ import annotations

from collections import defaultdict

from scheduler.problem import FLAGGED_RULES
from scheduler.week import NONE, Week
from tests.bench.whole_week.model import HintedModel, Term, Variable, domain
from tests.bench.whole_week.pieces import Piece, Pieces

DAYS = range(7)
Seat = tuple[Piece, Variable]


def constrain_patients(week: Week, model: HintedModel, pieces: Pieces) -> None:
    seats: dict[int, list[Seat]] = defaultdict(list)
    for piece in pieces.all:
        for p, seat in piece.seats.items():
            seats[p].append((piece, seat))
            _price_of_seat(week, model, piece, p, seat)
        model.charge(int(week.arrays.group_cost[piece.kind]), piece.held)
    for p in range(len(week.problem.patients)):
        _Patient(week, model, p, seats[p])
    _apart(week, model, pieces)


def _price_of_seat(week: Week, model: HintedModel, piece: Piece, p: int, seat: Variable) -> None:
    """Soft commitments, wishes and moved attendances, by the start."""
    a = week.arrays
    prices = {u: int(a.cost[p, piece.kind, u]) for u in piece.starts if a.pok[p, piece.kind, u]}
    levels = set(prices.values())
    if len(levels) <= 1:
        model.charge(max(levels, default=0), seat)
    elif piece.begins:
        most = max(levels)
        terms: list[Term] = [(price, piece.begins[u]) for u, price in prices.items() if price]
        model.charge(1, model.above(most, [*terms, (most, seat)], -most))
    else:
        _levels(model, piece, seat, prices)


def _levels(model: HintedModel, piece: Piece, seat: Variable, prices: dict[int, int]) -> None:
    chosen = []
    for level in sorted(set(prices.values())):
        known = model.value(seat) == 1 and prices[model.value(piece.start)] == level
        at_level = model.flag(known)
        starts = [u for u, price in prices.items() if price == level]
        model.cp.add_linear_expression_in_domain(piece.start, domain(starts)).only_enforce_if(at_level)
        model.charge(level, at_level)
        chosen.append(at_level)
    model.cp.add(sum(chosen) == seat)


def _apart(week: Week, model: HintedModel, pieces: Pieces) -> None:
    for one, other in week.problem.apart:
        p, q = week.patient_index[one], week.patient_index[other]
        for piece in pieces.all:
            if p in piece.seats and q in piece.seats:
                model.cp.add(piece.seats[p] + piece.seats[q] <= 1)


class _Patient:
    """The rows of one patient."""

    def __init__(self, week: Week, model: HintedModel, p: int, seats: list[Seat]) -> None:
        self.a, self.model, self.p, self.seats = week.arrays, model, p, seats
        self.by_day = {d: [s for s in seats if s[0].day == d] for d in DAYS}
        self.care_seats = [s for s in seats if self.a.care[s[0].kind]]
        self.care_by_day = {d: [s for s in self.care_seats if s[0].day == d] for d in DAYS}
        for d in DAYS:
            self._no_overlap(self.by_day[d])
        self._counts()
        self.care_day = {d: self._care_day(rows) for d, rows in self.care_by_day.items() if rows}
        for d in DAYS:
            self._attended(self.by_day[d])
            self._idle(d)
        self._limits()
        self._flagged()
        self._unmet()

    def _no_overlap(self, rows: list[Seat]) -> None:
        self.model.cp.add_no_overlap(
            [
                self.model.cp.new_optional_fixed_size_interval_var(
                    piece.start, int(self.a.length[piece.kind]), seat, ""
                )
                for piece, seat in rows
            ]
        )

    def _counts(self) -> None:
        by_kind: dict[tuple[int, int], list[Variable]] = defaultdict(list)
        self.by_need: dict[int, list[Variable]] = defaultdict(list)
        for piece, seat in self.seats:
            by_kind[piece.kind, piece.day].append(seat)
            self.by_need[int(self.a.need_of[self.p, piece.kind])].append(seat)
        for (kind, _), seats in by_kind.items():
            if len(seats) > self.a.per_day[kind]:
                self.model.cp.add(sum(seats) <= int(self.a.per_day[kind]))
        for q, seats in self.by_need.items():
            if self.a.need_max[self.p, q] < NONE:
                self.model.cp.add(sum(seats) <= int(self.a.need_max[self.p, q]))

    def _care_day(self, rows: list[Seat]) -> Variable:
        day = self.model.flag(any(self.model.value(seat) for _, seat in rows))
        for _, seat in rows:
            self.model.cp.add_implication(seat, day)
        self.model.cp.add(day <= sum(seat for _, seat in rows))
        return day

    def _attended(self, rows: list[Seat]) -> None:
        if not rows or not self.a.w_day:
            return
        day = self.model.flag(any(self.model.value(seat) for _, seat in rows))
        for _, seat in rows:
            self.model.cp.add_implication(seat, day)
        self.model.charge(self.a.w_day, day)

    def _idle(self, d: int) -> None:
        """Waiting between the first and the last in-person session."""
        a, model, p = self.a, self.model, self.p
        rows = [(piece, seat) for piece, seat in self.by_day[d] if a.in_person[piece.kind]]
        if len(rows) < 2 or (a.idle_max[p] >= NONE and not a.w_idle):
            return
        taken = [
            (model.value(piece.start), model.value(piece.start) + int(a.length[piece.kind]))
            for piece, seat in rows
            if model.value(seat)
        ]
        begin, end = d * a.day, (d + 1) * a.day
        first = model.number(begin, end, min((s for s, _ in taken), default=begin))
        last = model.number(begin, end, max((e for _, e in taken), default=begin))
        for piece, seat in rows:
            model.cp.add(first <= piece.start).only_enforce_if(seat)
            model.cp.add(last >= piece.start + int(a.length[piece.kind])).only_enforce_if(seat)
        most = min(a.day, int(a.idle_max[p]) // a.slot)
        inside: list[Term] = [(-int(a.length[piece.kind]), seat) for piece, seat in rows]
        inside += self._telehealth_inside(d, first, last)
        idle = model.above(most, [(1, last), (-1, first), *inside])
        model.charge(a.w_idle * a.slot, idle)

    def _telehealth_inside(self, d: int, first: Variable, last: Variable) -> list[Term]:
        """Telehealth between the first and the last in-person session is no waiting."""
        a, model, terms = self.a, self.model, []
        for piece, seat in self.by_day[d]:
            if not a.in_person[piece.kind]:
                length, start = int(a.length[piece.kind]), model.value(piece.start)
                known = model.value(first) <= start and start + length <= model.value(last)
                between = model.flag(bool(model.value(seat)) and known)
                model.cp.add_implication(between, seat)
                model.cp.add(first <= piece.start).only_enforce_if(between)
                model.cp.add(last >= piece.start + length).only_enforce_if(between)
                terms.append((-length, between))
        return terms

    def _minutes(self, rows: list[Seat]) -> list[Term]:
        return [(int(self.a.care[piece.kind]), seat) for piece, seat in rows]

    def _limits(self) -> None:
        a, cp, p = self.a, self.model.cp, self.p
        if a.care_max[p] < NONE:
            cp.add(sum(m * s for m, s in self._minutes(self.care_seats)) <= int(a.care_max[p]))
        if a.days_max[p] < len(self.care_day):
            cp.add(sum(self.care_day.values()) <= int(a.days_max[p]))
        if a.day_care_max[p] < NONE:
            for rows in self.care_by_day.values():
                cp.add(sum(m * s for m, s in self._minutes(rows)) <= int(a.day_care_max[p]))

    # -- the five flagged rules -----------------------------------------------------------------------------

    def _flagged(self) -> None:
        a, p = self.a, self.p
        for d, day in self.care_day.items():
            rows = self.care_by_day[d]
            self._breach("day_care_min", self._minutes(rows), int(a.day_care_min[p]), day)
            self._breach("services_min", [(1, s) for _, s in rows], int(a.services_min[p]), day)
            if a.group_daily[p]:
                groups: list[Term] = [(1, s) for piece, s in rows if a.group[piece.kind]]
                self._breach("group_daily", groups, 1, day)
        self._days_min()
        self._gaps()

    def _breach(self, rule: str, terms: list[Term], least: int, day: Variable) -> None:
        """One breach if the day has care but less than the least."""
        if least <= 0:
            return
        reached = sum(factor * self.model.value(v) for factor, v in terms) >= least
        breach = self.model.flag(bool(self.model.value(day)) and not reached)
        self.model.cp.add(sum(f * v for f, v in terms) + least * breach >= least * day)
        self._settle(rule, breach)

    def _days_min(self) -> None:
        least, days = int(self.a.days_min[self.p]), list(self.care_day.values())
        if least <= 0 or not days:
            return
        some = self.model.flag(any(self.model.value(d) for d in days))
        for day in days:
            self.model.cp.add_implication(day, some)
        self._settle("days_min", self.model.above(least, [(least, some), *((-1, d) for d in days)]))

    def _gaps(self) -> None:
        if self.a.gap_max[self.p] >= NONE:
            return
        allowed = int(self.a.gap_max[self.p])
        for early, first in self.care_day.items():
            for late, second in self.care_day.items():
                if late - early - 1 > allowed:
                    between: list[Term] = [(-1, day) for d, day in self.care_day.items() if early < d < late]
                    self._settle("gap", self.model.above(1, [(1, first), (1, second), *between], -1))

    def _settle(self, rule: str, breaches: Variable) -> None:
        if self.a.enforced[self.p, FLAGGED_RULES.index(rule)]:
            self.model.cp.add(breaches == 0)
        else:
            self.model.charge(self.a.w_breach, breaches)

    # -- unmet care -----------------------------------------------------------------------------------------

    def _unmet(self) -> None:
        a, model, p = self.a, self.model, self.p
        price = int(a.unmet_price[p])
        care: list[Term] = []
        for q in range(int(a.needs[p])):
            least, minutes = int(a.need_min[p, q]), int(a.need_minutes[p, q])
            if least > 0:
                short = model.above(least, [(-1, s) for s in self.by_need[q]], least)
                if a.need_care[p, q]:
                    care.append((minutes, short))
                else:
                    model.charge(price * minutes, short)
        owed, most = int(a.care_min[p]), sum(m * int(a.need_min[p].sum()) for m, _ in care)
        got = [(-minutes, seat) for minutes, seat in self._minutes(self.care_seats)]
        known = max(
            sum(m * model.value(s) for m, s in care), owed + sum(m * model.value(s) for m, s in got), 0
        )
        unmet = model.number(0, max(owed, most), known)
        model.cp.add(unmet >= sum(m * s for m, s in care))
        model.cp.add(unmet >= owed + sum(m * s for m, s in got))
        model.charge(price, unmet)
