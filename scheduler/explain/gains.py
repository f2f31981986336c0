"""The manager's view: what one more clinician's evening hour, room or seat would bring, by searching on.

The timetable at hand is searched on without any change first; every change starts from there and gets as
much work once more. So a gain is what the change brings beyond more work, as far as found; never negative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from scheduler.calendar import DAY
from scheduler.evaluation import Evaluation, evaluate
from scheduler.explain import phrases
from scheduler.explain.answer import Change, ClinicView, Gain
from scheduler.explain.patch import Operation, patched_problem, put
from scheduler.explain.rearranged import searched_on
from scheduler.explain.reasons import Reasoning, week_with_facts
from scheduler.explain.world import World
from scheduler.finding import Words
from scheduler.problem import PROGRAM_RULES, Mode, Problem, format_clock
from scheduler.rules.facts import Facts
from scheduler.solver.lower_bound.worth import Worth, seconds_for
from scheduler.timetable import PlannedSession

FIRST: Final = 800  # rounds without any change
ROUNDS: Final = 240
EVENING: Final = 16 * 60
HOUR: Final = 60
MOST_HOURS: Final = 8  # clinician hours that are looked at: where most unmet minutes could use them
CLINICIAN: Final = Words("clinician_hour", "one more hour of {clinician} on site, {when}")
ROOM: Final = Words("room", "one more room like {room} ({capacity} seats{features})")
SEAT: Final = Words("seat", "one more seat in {what} ({then} instead of {now})")
RULE: Final = Words("program_rule", "{program}: {change}")


@dataclass(frozen=True)
class Offer:
    """One more of something; `promise` is how many unmet minutes could use it at all."""

    words: Words
    params: dict[str, Any]
    patch: tuple[Operation, ...]
    promise: int = 0
    price: Callable[[Worth], float] | None = None


def clinic_view(
    reasoning: Reasoning,
    sessions: Sequence[PlannedSession],
    changes: Iterable[tuple[str, Change]],
    stopped: Callable[[], bool],
    left: Callable[[], float],
) -> ClinicView:
    """Gains ranked; `changes` are those proved for patients, for the rules among them.

    Prices come last, where the seconds `left` are enough for them.
    """
    problem = reasoning.facts.setting.problem
    start = searched_on(reasoning.week, sessions, FIRST, stopped)
    without = evaluate(problem, searched_on(reasoning.week, start, ROUNDS, stopped))
    offered, found = offers(reasoning, changes), list[Gain]()
    for offer in offered:
        if stopped():
            break
        found.append(_gain(problem, start, without, offer, stopped))
    complete = len(found) == len(offered)
    found = _with_prices(reasoning, list(zip(found, offered, strict=False)), stopped, left)
    found.sort(key=lambda g: (-g.gain, -g.restored_minutes, g.text))
    return ClinicView(
        objective=without.value,
        unmet_minutes=sum(p.unmet_minutes for p in without.patients),
        gains=tuple(found),
        complete=complete and not stopped(),
    )


def _with_prices(
    reasoning: Reasoning,
    given: Sequence[tuple[Gain, Offer]],
    stopped: Callable[[], bool],
    left: Callable[[], float],
) -> list[Gain]:
    """What the linear programme of the week says to each, where there is time to solve it."""
    wanted = any(offer.price is not None for _, offer in given)
    if not wanted or stopped() or left() < seconds_for(reasoning.week):
        return [gain for gain, _ in given]
    worth = Worth(reasoning.week, left())
    return [
        gain if offer.price is None else gain.model_copy(update={"price": round(offer.price(worth))})
        for gain, offer in given
    ]


def _gain(
    problem: Problem,
    start: Sequence[PlannedSession],
    without: Evaluation,
    offer: Offer,
    stopped: Callable[[], bool],
) -> Gain:
    changed = patched_problem(problem, offer.patch)
    week = week_with_facts(Facts(changed, start))
    then = evaluate(changed, searched_on(week, start, ROUNDS, stopped))
    had = {p.id: p.unmet_minutes for p in without.patients}
    text = offer.words.text(**offer.params)
    return Gain(
        kind=offer.words.code,
        text=f"{text[0].upper()}{text[1:]}.",
        params=offer.params,
        patch=offer.patch,
        gain=max(0, without.value - then.value),
        restored_minutes=max(0, sum(had.values()) - sum(p.unmet_minutes for p in then.patients)),
        patients_helped=sum(p.unmet_minutes < had[p.id] for p in then.patients),
    )


# -- what could be offered ----------------------------------------------------------------------------------


def offers(reasoning: Reasoning, changes: Iterable[tuple[str, Change]]) -> list[Offer]:
    worlds = [reasoning.world(p) for p in reasoning.short()]
    hours = sorted(_hours(reasoning, worlds), key=lambda o: -o.promise)[:MOST_HOURS]
    problem = reasoning.facts.setting.problem
    return [*hours, *_rooms(problem), *_seats(reasoning), *_rules(problem, changes)]


def _hours(reasoning: Reasoning, worlds: Sequence[World]) -> Iterator[Offer]:
    """A clinician an hour longer on an evening when they are there; the clinic with them if it closes."""
    problem, calendar = reasoning.facts.setting.problem, reasoning.week.calendar
    for c, person in enumerate(problem.clinicians):
        for start, end in calendar.availability[person.id]:
            day = end - 1 - (end - 1) % DAY
            later = min(end + HOUR, day + DAY)
            if end - day < EVENING - HOUR or later == end or start < day:
                continue
            promise = _promise(reasoning, worlds, c, (end, later))
            if not promise:
                continue
            weekday = calendar.weekdays[day // DAY]
            window = {"days": [weekday], "start": format_clock(start - day), "end": format_clock(later - day)}
            given = [w.model_dump(mode="json") for w in person.availability]
            patch = [put([*given, window], "clinicians", c, "availability")]
            if not any(a <= end and later <= b for a, b in calendar.opening):
                opening = [w.model_dump(mode="json") for w in problem.clinic.opening_hours]
                more = window | {"start": format_clock(end - day)}
                patch.append(put([*opening, more], "clinic", "opening_hours"))
            when = phrases.window((end, later), calendar.weekdays)
            params = {"clinician": person.name or person.id, "clinician_id": person.id, "when": when}
            hour = ((end - HOUR) // reasoning.clinic.slot, -(-end // reasoning.clinic.slot))
            yield Offer(
                CLINICIAN,
                params,
                tuple(patch),
                promise,
                partial(Worth.clinician_time, c=c, first=hour[0], last=hour[1]),
            )


def _promise(reasoning: Reasoning, worlds: Sequence[World], c: int, hour: tuple[int, int]) -> int:
    """Unmet minutes (times priority) of patients who lack a type that the clinician may lead then."""
    found, slot = 0, reasoning.clinic.slot
    for world in worlds:
        fits = False
        for t in world.short:
            kind = reasoning.clinic.types[t]
            first = max(0, hour[0] - kind.minutes + slot) // slot
            last = (hour[1] - kind.minutes) // slot + 1
            free = (world.own[t][first:last] == 0).any()
            fits = fits or bool(free and last > first and world.who(t)[:, c].any())
        if fits:
            found += reasoning.unmet(world.patient.id) * world.patient.priority
    return found


def _rooms(problem: Problem) -> Iterator[Offer]:
    """One more of every sort of room there is."""
    seen: set[tuple[int, tuple[str, ...]]] = set()
    given = [r.model_dump(mode="json") for r in problem.rooms]
    taken = {r.id for r in problem.rooms}
    name = next(n for i in range(1, len(taken) + 2) if (n := f"one-more-{i}") not in taken)
    for r, room in enumerate(problem.rooms):
        sort = (room.capacity, tuple(sorted(room.features)))
        if sort in seen:
            continue
        seen.add(sort)
        more = {"id": name, "capacity": room.capacity, "features": list(room.features)}
        features = f", {', '.join(room.features)}" if room.features else ""
        params = {"room": room.name or room.id, "capacity": room.capacity, "features": features}
        yield Offer(ROOM, params, (put([*given, more], "rooms"),), price=partial(Worth.room, r=r))


def _seats(reasoning: Reasoning) -> Iterator[Offer]:
    """One more seat in every type of which a group is full, and in rooms that are the limit."""
    for t, kind in enumerate(reasoning.clinic.types):
        if kind.mode is not Mode.GROUP:
            continue
        groups = reasoning.clinic.held_groups.get(kind.id, ())
        if any(len(s.patients) >= kind.size_max for s in groups):
            params = {"what": phrases.name_of(kind), "session_type": kind.id}
            params |= {"now": str(kind.size_max), "then": str(kind.size_max + 1)}
            patch = put(kind.size_max + 1, "session_types", t, "size", "max")
            yield Offer(SEAT, params, (patch,), price=partial(Worth.seat, t=t))
    index = reasoning.week.room_index
    tight = {
        s.room
        for groups in reasoning.clinic.held_groups.values()
        for s in groups
        if s.room is not None and len(s.patients) >= reasoning.clinic.a.capacity[index[s.room]]
    }
    for name in sorted(tight):
        room = reasoning.week.problem.rooms[index[name]]
        params = {"what": room.name or room.id, "room_id": room.id}
        params |= {"now": str(room.capacity), "then": str(room.capacity + 1)}
        patch = put(room.capacity + 1, "rooms", index[name], "capacity")
        yield Offer(SEAT, params, (patch,), price=partial(Worth.room_seat, r=index[name]))


def _rules(problem: Problem, changes: Iterable[tuple[str, Change]]) -> Iterator[Offer]:
    """Rules whose relaxing was proved to help a patient, relaxed for the whole program."""
    programs = {g.id: i for i, g in enumerate(problem.programs)}
    patients = {p.id: p for p in problem.patients}
    seen: set[str] = set()
    for patient, change in changes:
        key = str(change.patch[0]["path"]).split("/")[-1] if change.patch else ""
        if change.kind != "rule" or key not in PROGRAM_RULES:
            continue
        program = problem.programs[programs[patients[patient].program]]
        if getattr(patients[patient], key) is not None:
            continue  # their own rule, not the program's
        patch = put(change.patch[0]["value"], "programs", programs[program.id], key)
        told = change.text.rstrip(".").replace(", for this patient", "").replace(" by this patient", "")
        if (name := f"{patch['path']} {patch['value']}") not in seen:
            seen.add(name)
            params = {"program": program.name or program.id, "program_id": program.id, "change": told}
            yield Offer(RULE, params, (patch,))
