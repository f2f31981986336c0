"""What differs between two timetables, by patient and by clinician, in words that can be sent to them.

Sessions are matched by session type and start; what is left over of one type is paired, nearest first, as
moved. Timetables of different weeks are compared by weekday and time. A patient's words name no other
patient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from scheduler.finding import Words
from scheduler.names import Names
from scheduler.problem import LocalTime
from scheduler.timetable import Part, PlannedSession, Timetable

Kind = Literal["added", "removed", "moved", "clinicians", "room", "patients"]

ADDED: Final = Words("added", "{what}, {when}{led}{place}: new")
REMOVED: Final = Words("removed", "{what}, {when}: no longer takes place for you")
MOVED: Final = Words("moved", "{what}, {when}: now {then}{led}{place}")
CLINICIANS: Final = Words("clinicians", "{what}, {when}: now led by {clinicians}")
ROOM: Final = Words("room", "{what}, {when}: now {place}")
PATIENTS: Final = Words("patients", "{what}, {when}: {changes}")


class Place(Part):
    """One session as one person has it."""

    session: str
    session_type: str
    start: LocalTime
    end: LocalTime | None
    clinicians: tuple[str, ...]
    room: str | None


class Change(Part):
    """One thing that is different for one person; `text` says it to them."""

    kind: Kind
    text: str
    before: Place | None
    after: Place | None


class PersonChanges(Part):
    id: str
    changes: tuple[Change, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(c.text for c in self.changes)


class Difference(Part):
    """Everyone for whom something is different; `attendances` counts the changes of patients by kind."""

    patients: tuple[PersonChanges, ...]
    clinicians: tuple[PersonChanges, ...]
    attendances: dict[str, int]

    @property
    def same(self) -> bool:
        return not (self.patients or self.clinicians)

    def document(self) -> dict[str, Any]:
        return self.model_dump(mode="json") | {"same": self.same}


def difference(old: Timetable, new: Timetable, names: Names | None = None) -> Difference:
    """From the old timetable to the new one."""
    return session_difference(old.sessions, new.sessions, _shift(old, new), names)


def session_difference(
    old: Iterable[PlannedSession],
    new: Iterable[PlannedSession],
    shift: Callable[[datetime], datetime] | None = None,
    names: Names | None = None,
) -> Difference:
    """As `difference`, from bare sessions; `shift` brings old starts to the dates of the new week."""
    shift = shift or (lambda moment: moment)
    names = names or Names()
    before = [_Seen(s, shift(s.start)) for s in old]
    after = [_Seen(s, s.start) for s in new]
    patients = tuple(_people(before, after, lambda s: s.session.patients, names, for_patients=True))
    clinicians = tuple(_people(before, after, lambda s: s.session.clinicians, names, for_patients=False))
    counts = dict.fromkeys(("added", "removed", "moved", "clinicians", "room"), 0)
    for person in patients:
        for change in person.changes:
            counts[change.kind] += 1
    return Difference(patients=patients, clinicians=clinicians, attendances=counts)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A session with its start in the new week."""

    session: PlannedSession
    start: datetime

    @property
    def key(self) -> tuple[str, datetime]:
        return self.session.session_type, self.start


def _shift(old: Timetable, new: Timetable) -> Callable[[datetime], datetime]:
    if old.week_start == new.week_start:
        return lambda moment: moment
    first = date.fromisoformat(new.week_start)

    def shifted(moment: datetime) -> datetime:
        ahead = (moment.weekday() - first.weekday()) % 7
        return datetime.combine(first + timedelta(days=ahead), moment.time())

    return shifted


Whose = Callable[[_Seen], Sequence[str]]


def _people(
    old: Sequence[_Seen], new: Sequence[_Seen], whose: Whose, names: Names, for_patients: bool
) -> Iterator[PersonChanges]:
    before, after = _by_person(old, whose), _by_person(new, whose)
    words = _Sentences(names, for_patients)
    for person in sorted(before.keys() | after.keys()):
        changes = tuple(_changes(before.get(person, []), after.get(person, []), words))
        if changes:
            yield PersonChanges(id=person, changes=changes)


def _by_person(seen: Sequence[_Seen], whose: Whose) -> dict[str, list[_Seen]]:
    found: dict[str, list[_Seen]] = {}
    for s in seen:
        for person in dict.fromkeys(whose(s)):
            found.setdefault(person, []).append(s)
    return found


def _changes(old: list[_Seen], new: list[_Seen], words: _Sentences) -> list[Change]:
    """In the order of time; sessions that stay are compared, the rest is paired by type."""
    found: list[tuple[datetime, Change]] = []
    lost, gained = _unmatched(old, new, found, words)
    for a, b in _nearest_pairs(lost, gained):
        lost.remove(a)
        gained.remove(b)
        found.append((a.start, words.moved(a, b)))
    found += [(a.start, words.removed(a)) for a in lost]
    found += [(b.start, words.added(b)) for b in gained]
    return [change for _, change in sorted(found, key=lambda f: f[0])]


def _unmatched(
    old: list[_Seen], new: list[_Seen], found: list[tuple[datetime, Change]], words: _Sentences
) -> tuple[list[_Seen], list[_Seen]]:
    """What has no counterpart at its own time; differences of what has one go into `found`."""
    lost, gained = [], list(new)
    for a in sorted(old, key=lambda s: s.start):
        there = [b for b in gained if b.key == a.key]
        if not there:
            lost.append(a)
            continue
        b = max(there, key=lambda b: _alikeness(a, b))
        gained.remove(b)
        found += [(a.start, change) for change in words.kept(a, b)]
    return lost, gained


def _alikeness(a: _Seen, b: _Seen) -> tuple[bool, bool, int, bool]:
    shared = len(set(a.session.patients) & set(b.session.patients))
    return (
        a.session.clinicians == b.session.clinicians,
        a.session.room == b.session.room,
        shared,
        a.session.id == b.session.id,
    )


def _nearest_pairs(lost: list[_Seen], gained: list[_Seen]) -> list[tuple[_Seen, _Seen]]:
    """Pairs of one type, the nearest in time first."""
    near = sorted(
        (
            (abs(a.start - b.start), a.start, b.start, i, j)
            for i, a in enumerate(lost)
            for j, b in enumerate(gained)
            if a.session.session_type == b.session.session_type
        ),
    )
    pairs, used_old, used_new = [], set[int](), set[int]()
    for *_, i, j in near:
        if i not in used_old and j not in used_new:
            used_old.add(i)
            used_new.add(j)
            pairs.append((lost[i], gained[j]))
    return pairs


class _Sentences:
    """Changes with their words, for patients or for clinicians."""

    def __init__(self, names: Names, for_patients: bool) -> None:
        self.names = names
        self.for_patients = for_patients

    def added(self, b: _Seen) -> Change:
        text = ADDED.text(**self._where(b), **self._what(b))
        return Change(kind="added", text=text, before=None, after=self._place(b))

    def removed(self, a: _Seen) -> Change:
        text = REMOVED.text(**self._what(a))
        return Change(kind="removed", text=text, before=self._place(a), after=None)

    def moved(self, a: _Seen, b: _Seen) -> Change:
        text = MOVED.text(**self._what(a), then=self._when(b), **self._where(b))
        return Change(kind="moved", text=text, before=self._place(a), after=self._place(b))

    def kept(self, a: _Seen, b: _Seen) -> Iterator[Change]:
        """What is different although type and time stay."""
        places = {"before": self._place(a), "after": self._place(b)}
        if set(a.session.clinicians) != set(b.session.clinicians):
            led = self.names.clinicians(b.session.clinicians) or "nobody"
            text = CLINICIANS.text(**self._what(b), clinicians=led)
            yield Change(kind="clinicians", text=text, **places)
        if a.session.room != b.session.room:
            place = f"in {self.names.room(b.session.room)}" if b.session.room else "without a room"
            yield Change(kind="room", text=ROOM.text(**self._what(b), place=place), **places)
        if not self.for_patients and (changes := _members(a, b)):
            yield Change(kind="patients", text=PATIENTS.text(**self._what(b), changes=changes), **places)

    def _what(self, s: _Seen) -> dict[str, str]:
        name = self.names.session_type(s.session.session_type)
        if not self.for_patients and len(s.session.patients) == 1:
            name = f"{name} with {s.session.patients[0]}"
        return {"what": name, "when": self._when(s)}

    def _when(self, s: _Seen) -> str:
        end = self.names.end(s.session)
        until = f"–{end:%H:%M}" if end else ""
        return f"{s.start:%a %Y-%m-%d %H:%M}{until}"

    def _where(self, s: _Seen) -> dict[str, str]:
        led, room = self.names.clinicians(s.session.clinicians), self.names.room(s.session.room)
        by = f", led by {led}" if self.for_patients and led else ""
        return {"led": by, "place": f", in {room}" if room else ""}

    def _place(self, s: _Seen) -> Place:
        given = s.session
        return Place(
            session=given.id,
            session_type=given.session_type,
            start=s.start,
            end=None if given.end is None else given.end + (s.start - given.start),
            clinicians=given.clinicians,
            room=given.room,
        )


def _members(a: _Seen, b: _Seen) -> str:
    """Who joins and who leaves, for whoever leads the session."""
    before, after = set(a.session.patients), set(b.session.patients)
    parts = [f"{', '.join(sorted(after - before))} joins"] if after - before else []
    parts += [f"{', '.join(sorted(before - after))} leaves"] if before - after else []
    return ", ".join(parts)
