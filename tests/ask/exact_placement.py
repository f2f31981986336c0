"""One patient's best week in a timetable as a plain CP-SAT model, written from the contract alone.

It shares nothing with the program but the contract: rules of single sessions are asked of the oracle, those
of a week are spelled out here. Every open seat and every session of the patient's own, with every crew and
every room, is one Boolean.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, pairwise, permutations
from typing import Any

from ortools.sat.python import cp_model

from tests import oracle
from tests.oracle import DAY, Doc, Session, Week, get

NO_LIMIT = 1 << 20


@dataclass(frozen=True)
class Choice:
    """One session that the patient could attend; `own` when it is opened for them, `must` when tied."""

    session: Session
    cost: int
    own: bool
    must: bool = False


class ExactPlacement:
    def __init__(self, problem: Doc, sessions: list[Doc], patient: str) -> None:
        self.week = Week(problem)
        self.weights = oracle.weights_of(problem)
        self.id, self.patient = patient, self.week.patients[patient]
        read = [oracle.read_session(self.week, s["id"], s) for s in sessions]
        self.tied = {s.id for s in read if patient in s.patients and self._must_stay(s)}
        left = [s if s.id in self.tied else _without(s, patient) for s in read]
        self.others = [s for s in left if s.patients]
        self.led: dict[str, list[Session]] = defaultdict(list)
        for s in self.others:
            for c in s.clinicians:
                self.led[c].append(s)

    def _must_stay(self, session: Session) -> bool:
        """Whether others, or a pin, need the patient in the session."""
        rest = len(session.patients) - 1
        named = any(session.type["id"] in c["session_types"] for c in get(self.week.problem, "cohorts", []))
        return named or (session.is_group and 0 < rest < session.type["size"]["min"])

    # -- what there is to choose from -----------------------------------------------------------------------

    def choices(self) -> Iterator[Choice]:
        types = {t for r in self.week.requirements(self.patient) for t in r["any_of"]}
        closed = {t for c in get(self.week.problem, "cohorts", []) for t in c["session_types"]}
        for s in self.others:
            if s.id in self.tied:
                yield Choice(s, self._cost(s), own=False, must=True)
            elif s.is_group and s.type["id"] in types - closed:
                joined = replace(s, patients=(*s.patients, self.id))
                if not self._newly_broken(s, joined) and self._may_come(joined):
                    yield Choice(joined, self._cost(joined), own=False)
        for t in sorted(types - closed):
            kind = self.week.types[t]
            if kind["mode"] != "group" or kind["size"]["min"] == 1:
                yield from self._own(kind)

    def _newly_broken(self, before: Session, after: Session) -> bool:
        rules = {n: r for n, r in oracle.SESSION_RULES.items() if n != "cohort"}
        return any(r(self.week, before) and not r(self.week, after) for r in rules.values()) or (
            not oracle.keeps_size(self.week, after) and len(after.patients) > after.type["size"]["max"]
        )

    def _may_come(self, session: Session) -> bool:
        alone = [session]
        return not [*oracle.place_findings(self.week, self.patient, alone)] and oracle.is_authorized(
            self.week, {**self.patient, "authorized": self._dates_only()}, alone
        )

    def _dates_only(self) -> Doc:
        given = get(self.patient, "authorized", {})
        return {k: given.get(k) for k in ("from", "until")}

    def _own(self, kind: Doc) -> Iterator[Choice]:
        crews = list(self._crews(kind))
        slot = get(self.week.clinic, "slot_minutes", 15)
        for start in range(0, 7 * DAY, slot):
            bare = Session("own", kind, start, (), None, (self.id,))
            if not (oracle.keeps_grid(self.week, bare) and self._may_come(bare)):
                continue
            rooms = list(self._rooms(bare))
            for crew in crews:
                led = replace(bare, clinicians=crew)
                if oracle.keeps_availability(self.week, led) and not self._disturbs(led):
                    for room in rooms:
                        made = replace(led, room=room)
                        yield Choice(made, self._cost(made), own=True)

    def _crews(self, kind: Doc) -> Iterator[tuple[str, ...]]:
        for crew in permutations(self.week.clinicians, len(kind["facilitators"])):
            session = Session("own", kind, 0, crew, None, (self.id,))
            checks = (oracle.keeps_facilitators, oracle.keeps_audience, oracle.keeps_delivery)
            if all(keeps(self.week, session) for keeps in checks):
                yield crew

    def _rooms(self, bare: Session) -> Iterator[str | None]:
        for room in [None, *self.week.rooms]:
            placed = replace(bare, room=room)
            if oracle.keeps_room(self.week, placed) and (room is None or not self._room_taken(placed)):
                yield room

    def _room_taken(self, placed: Session) -> bool:
        turnover = get(self.week.rooms[placed.room or ""], "turnover_minutes", 0)
        return any(_too_close(placed, s, turnover) for s in self.others if s.room == placed.room)

    def _disturbs(self, led: Session) -> bool:
        for c in led.clinicians:
            who, own = self.week.clinicians[c], self.led[c]
            had = set(oracle.clinician_findings(who, own)) if own else set()
            if set(oracle.clinician_findings(who, [*own, led])) - had:
                return True
        return False

    def _cost(self, session: Session) -> int:
        """What attending costs, whatever else the week holds."""
        w, alone = self.weights, [session]
        units = {
            "soft_commitment": oracle.soft_units(self.week, self.patient, alone),
            "not_preferred": oracle.unpreferred_minutes(self.week, self.patient, alone),
        }
        units["moved"], units["clinician_changed"] = self._changes(session)
        alone_in = session.is_group and session.patients == (self.id,)
        units["facilitator_time"] = session.minutes * len(session.type["facilitators"]) * alone_in
        return sum(w[term] * n for term, n in units.items())

    def _changes(self, session: Session) -> tuple[int, int]:
        given = oracle.baseline_of(self.week).get(self.id)
        if given is None:
            return 0, 0
        led = given.get(oracle.place_of(self.week, session))
        return int(led is None), int(led is not None and set(session.clinicians) not in led)

    # -- the model ------------------------------------------------------------------------------------------

    def best(self) -> tuple[int, list[Session]]:
        """The cost of the patient's part of the objective at its least, and the sessions."""
        model, choices = cp_model.CpModel(), list(self.choices())
        taken = [model.new_bool_var("") for _ in choices]
        self._exclusive(model, choices, taken)
        days = self._days(model, choices, taken)
        cost = self._rules(model, choices, taken, days)
        model.minimize(cost + sum(c.cost * x for c, x in zip(choices, taken, strict=True)))
        while True:
            solver = cp_model.CpSolver()
            solver.parameters.num_workers, solver.parameters.linearization_level = 1, 2
            status = solver.solve(model)
            if status == cp_model.INFEASIBLE:
                return NO_LIMIT, []
            assert status == cp_model.OPTIMAL
            chosen = [i for i, x in enumerate(taken) if solver.value(x)]
            bad = [i for i in chosen if choices[i].own and self._overworks(choices[i], choices, chosen)]
            if not bad:
                return round(solver.objective_value), [choices[i].session for i in chosen]
            model.add_bool_or([taken[i].negated() for i in bad])

    def cost_of(self, sessions: list[Session]) -> int:
        """The same part of the objective for a given week of the patient."""
        w, own = self.weights, sorted(sessions, key=lambda s: s.span)
        figures = oracle.figures_of(self.week, self.id, own, None)
        units = {
            "unmet_care": figures["unmet_minutes"] * get(self.patient, "priority", 1),
            "breach": sum(b["count"] for b in figures["breaches"]),
            "idle": figures["idle_minutes"],
            "attended_day": figures["attended_days"],
        }
        cost: int = sum(w[term] * n for term, n in units.items())
        return cost + sum(self._cost(s) for s in own)

    def _overworks(self, choice: Choice, choices: list[Choice], chosen: list[int]) -> bool:
        """Whether all own sessions together are too much for one of its clinicians."""
        for c in choice.session.clinicians:
            more = [choices[i].session for i in chosen if choices[i].own]
            mine = [s for s in more if c in s.clinicians]
            who = self.week.clinicians[c]
            had = set(oracle.clinician_findings(who, self.led[c])) if self.led[c] else set()
            if set(oracle.clinician_findings(who, [*self.led[c], *mine])) - had:
                return True
        return False

    def _exclusive(self, model: Any, choices: list[Choice], taken: list[Any]) -> None:
        for c, x in zip(choices, taken, strict=True):
            if c.must:
                model.add(x == 1)
        moments = sorted({c.session.start for c in choices})
        for m in moments:
            there = [x for c, x in zip(choices, taken, strict=True) if c.session.start <= m < c.session.end]
            model.add_at_most_one(there)
        own = [(c.session, x) for c, x in zip(choices, taken, strict=True) if c.own]
        for (a, x), (b, y) in combinations(own, 2):
            if a.room is not None and a.room == b.room:
                turnover = get(self.week.rooms[a.room], "turnover_minutes", 0)
                if turnover and _too_close(a, b, turnover):
                    model.add_at_most_one(x, y)

    def _days(self, model: Any, choices: list[Choice], taken: list[Any]) -> dict[int, Any]:
        """By day: attended, care, and idle minutes."""
        found = {}
        for day in sorted({c.session.day for c in choices}):
            own = [(c.session, x) for c, x in zip(choices, taken, strict=True) if c.session.day == day]
            attended, care = model.new_bool_var(""), model.new_bool_var("")
            model.add_max_equality(attended, [x for _, x in own])
            model.add_max_equality(care, [x for s, x in own if s.is_care] or [model.new_constant(0)])
            found[day] = own, attended, care, _idle(model, own)
        return found

    def _rules(self, model: Any, choices: list[Choice], taken: list[Any], days: dict[int, Any]) -> Any:
        week, patient, w = self.week, self.patient, self.weights
        pairs = list(zip(choices, taken, strict=True))
        enforced = week.rule(patient, "enforce") or []
        minutes = sum(c.session.minutes * x for c, x in pairs if c.session.is_care)
        authorized = get(patient, "authorized", {})
        for limit in (week.limit(patient, "care_minutes", "max"), authorized.get("minutes")):
            if limit is not None:
                model.add(minutes <= limit)
        care_days = {d: care for d, (_, _, care, _) in days.items()}
        for limit in (week.limit(patient, "days", "max"), authorized.get("days")):
            if limit is not None:
                model.add(sum(care_days.values()) <= limit)
        broken: list[Any] = []

        def flag(rule: str, is_broken: Any) -> None:
            broken.append(is_broken)
            if rule in enforced:
                model.add(is_broken == 0)

        cost = 0
        for own, attended, care, idle in days.values():
            self._day(model, own, care, idle, flag)
            cost += attended * w["attended_day"] + idle * w["idle"]
        self._spread_of_days(model, care_days, flag)
        unmet = self._unmet(model, pairs, minutes)
        return cost + unmet * w["unmet_care"] * get(patient, "priority", 1) + w["breach"] * sum(broken)

    def _day(self, model: Any, own: Any, care: Any, idle: Any, flag: Any) -> None:
        week, patient = self.week, self.patient
        limit = week.rule(patient, "max_idle_minutes")
        if limit is not None:
            model.add(idle <= limit)
        for kind in {s.type["id"]: s.type for s, _ in own}.values():
            if kind.get("max_per_day", 1) is not None:
                model.add(sum(x for s, x in own if s.type is kind) <= kind.get("max_per_day", 1))
        minutes = sum(s.minutes * x for s, x in own if s.is_care)
        most = week.limit(patient, "day_care_minutes", "max")
        if most is not None:
            model.add(minutes <= most)
        least = week.limit(patient, "day_care_minutes", "min", 0)
        services = week.rule(patient, "min_services_per_day") or 0
        count = sum(x for s, x in own if s.is_care)
        groups = sum(x for s, x in own if s.is_care and s.is_group)
        wanted = [("day_care_min", minutes, least), ("services_min", count, services)]
        if week.rule(patient, "group_every_day"):
            wanted.append(("group_daily", groups, 1))
        for rule, given, needed in wanted:
            short = model.new_bool_var("")
            model.add(given + needed * short >= needed * care)
            model.add_implication(short, care)
            flag(rule, short)

    def _spread_of_days(self, model: Any, care_days: dict[int, Any], flag: Any) -> None:
        week, patient = self.week, self.patient
        least = week.scaled(patient, week.limit(patient, "days", "min", 0))
        some = model.new_bool_var("")
        model.add_max_equality(some, [*care_days.values(), model.new_constant(0)])
        missing = model.new_int_var(0, 7, "")
        model.add(missing >= least * some - sum(care_days.values()))
        flag("days_min", missing)
        allowed = week.rule(patient, "max_gap_days")
        if allowed is None:
            return
        for first, last in combinations(sorted(care_days), 2):
            if last - first - 1 > allowed:
                gap = model.new_bool_var("")
                between = [care_days[d] for d in care_days if first < d < last]
                model.add_bool_or([care_days[first].negated(), care_days[last].negated(), *between, gap])
                flag("gap", gap)

    def _unmet(self, model: Any, pairs: list[tuple[Choice, Any]], minutes: Any) -> Any:
        week, patient = self.week, self.patient
        short: dict[bool, list[Any]] = {True: [], False: []}
        for r in week.requirements(patient):
            counted = sum(x for c, x in pairs if c.session.type["id"] in r["any_of"])
            limits = get(r, "sessions", {})
            if limits.get("max") is not None:
                model.add(counted <= limits["max"])
            least = week.scaled(patient, get(limits, "min", 0))
            kinds = [week.types[t] for t in r["any_of"]]
            missing = model.new_int_var(0, max(0, least), "")
            model.add(missing >= least - counted)
            cares = any(get(k, "counts_as_care", True) for k in kinds)
            short[cares].append(missing * min(k["minutes"] for k in kinds))
        wanted = week.scaled(patient, week.limit(patient, "care_minutes", "min", 0))
        unmet = model.new_int_var(0, NO_LIMIT, "")
        model.add(unmet >= sum(short[True]))
        model.add(unmet >= wanted - minutes)
        return unmet + sum(short[False])


def _without(session: Session, patient: str) -> Session:
    return replace(session, patients=tuple(p for p in session.patients if p != patient))


def _too_close(a: Session, b: Session, pause: int) -> bool:
    return a.start < b.end + pause and b.start < a.end + pause


def _idle(model: Any, own: Iterable[tuple[Session, Any]]) -> Any:
    """Minutes between the first and the last in-person session in which there is none."""
    own = list(own)
    cuts = sorted({m for s, _ in own for m in (s.start, s.end)})
    idle = []
    for first, last in pairwise(cuts):
        before = [x for s, x in own if s.in_person and s.start <= first]
        after = [x for s, x in own if s.in_person and s.end >= last]
        inside = [x for s, x in own if s.start <= first and last <= s.end]
        waits, came, stays = (model.new_bool_var("") for _ in range(3))
        model.add_max_equality(came, [*before, model.new_constant(0)])
        model.add_max_equality(stays, [*after, model.new_constant(0)])
        model.add_bool_or([came.negated(), stays.negated(), *inside, waits])
        idle.append((last - first) * waits)
    return sum(idle)
