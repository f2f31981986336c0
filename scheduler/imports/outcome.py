"""What an import amounts to: who is new, changed or gone, and which cell is to blame for a fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from scheduler.errors import Fault
from scheduler.imports import Misfit
from scheduler.imports.people import COLLECTIONS, Parts, People
from scheduler.imports.sheets import SHEETS, Sheet

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one collection: ids that are new or gone, and the fields that change of which others."""

    added: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0

    @property
    def empty(self) -> bool:
        return not (self.added or self.changed or self.removed)


def differences(before: Parts, after: Parts) -> dict[str, Difference]:
    return {name: _difference(before.of(name), after.of(name)) for name in COLLECTIONS}


def _difference(before: Sequence[Json], after: Sequence[Json]) -> Difference:
    old, new = ({d["id"]: d for d in documents} for documents in (before, after))
    changes = {
        key: sorted(n for n in {*old[key], *new[key]} if old[key].get(n) != new[key].get(n))
        for key in new
        if key in old
    }
    return Difference(
        added=sorted(new.keys() - old.keys()),
        changed={key: fields for key, fields in sorted(changes.items()) if fields},
        removed=sorted(old.keys() - new.keys()),
        unchanged=sum(1 for fields in changes.values() if not fields),
    )


def unknown_patients(people: People, parts: Parts) -> list[Misfit]:
    """Commitments of somebody who is neither stored nor in the file."""
    known = {patient["id"] for patient in parts.patients}
    return [
        Misfit("no patient has this id", "unknown_id", sheet="commitments", row=row, column="patient")
        for patient, own in (people.commitments or {}).items()
        if patient not in known
        for row, _ in own
    ]


def misfits_of(faults: Sequence[Fault], people: People, parts: Parts) -> list[Misfit]:
    """Faults of the documents as faults of the file: the cell that a pointer leads to, where there is one."""
    return [_placed(fault, people, parts) for fault in faults]


def _placed(fault: Fault, people: People, parts: Parts) -> Misfit:
    name, _, rest = fault.pointer.lstrip("/").partition("/")
    number, _, inside = rest.partition("/")
    steps = inside.split("/")
    if name not in COLLECTIONS or not number.isdecimal() or int(number) >= len(parts.of(name)):
        return Misfit(f"{fault.pointer}: {fault.message}", fault.code)
    key = parts.of(name)[int(number)]["id"]
    own = (people.commitments or {}).get(key) if name == "patients" and steps[0] == "commitments" else None
    if own is not None:
        row = own[int(steps[1])][0] if len(steps) > 1 and steps[1].isdecimal() else own[0][0]
        column = steps[2] if len(steps) > 2 else None
        return Misfit(fault.message, fault.code, sheet="commitments", row=row, column=column)
    patch = next((p for p in people.patches.get(name, ()) if p.key == key), None)
    if patch is None:
        return Misfit(f"{key}, which this file does not change: {fault.message}", fault.code, sheet=name)
    return Misfit(fault.message, fault.code, sheet=name, row=patch.row, column=_column(SHEETS[name], steps))


def _column(sheet: Sheet, steps: Sequence[str]) -> str | None:
    fitting = [c for c in sheet.columns if tuple(steps[: len(c.path)]) == c.path]
    return fitting[0].name if fitting else None
