"""What names what: ids that are unique, exist, and do not contradict one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from scheduler.intake.place import EACH, Faults, Place, shown

COLLECTIONS: Final = ("session_types", "programs", "clinicians", "rooms", "patients", "cohorts")
RULES_OF: Final = ("programs", "patients")

OWNED: Final = (("programs", "requirements"), ("patients", "requirements"), ("patients", "commitments"))

# Path of the references -> the collection they name an entry of.
REFERENCES: Final = (
    (("programs", EACH, "requirements", EACH, "any_of", EACH), "session_types"),
    (("patients", EACH, "requirements", EACH, "any_of", EACH), "session_types"),
    (("patients", EACH, "program"), "programs"),
    (("patients", EACH, "primary_clinician"), "clinicians"),
    (("apart", EACH, EACH), "patients"),
    (("cohorts", EACH, "session_types", EACH), "session_types"),
    (("cohorts", EACH, "patients", EACH), "patients"),
    (("patients", EACH, "phases", EACH, "program"), "programs"),
    (("clinicians", EACH, "covered_by", EACH), "clinicians"),
    (("clinic", "standing", EACH, "session_type"), "session_types"),
    (("clinic", "standing", EACH, "clinicians", EACH), "clinicians"),
    (("clinic", "standing", EACH, "room"), "rooms"),
    (("pins", EACH, "session", "session_type"), "session_types"),
    (("pins", EACH, "session", "clinicians", EACH), "clinicians"),
    (("pins", EACH, "session", "room"), "rooms"),
    (("pins", EACH, "session", "patients", EACH), "patients"),
    (("pins", EACH, "patient"), "patients"),
    (("pins", EACH, "session_type"), "session_types"),
)

# Lists that are sets: nothing may be in them twice. (Windows and facilitators may: they are not.)
SETS: Final = (
    ("clinic", "opening_hours", EACH, "days"),
    ("clinic", "standing", EACH, "clinicians"),
    ("session_types", EACH, "facilitators", EACH, "credentials"),
    ("session_types", EACH, "room", "features"),
    ("session_types", EACH, "windows", EACH, "days"),
    ("session_types", EACH, "audience", "requires"),
    ("session_types", EACH, "audience", "excludes"),
    ("programs", EACH, "requirements", EACH, "any_of"),
    ("programs", EACH, "enforce"),
    ("clinicians", EACH, "credentials"),
    ("clinicians", EACH, "availability", EACH, "days"),
    ("clinicians", EACH, "covered_by"),
    ("rooms", EACH, "features"),
    ("patients", EACH, "tags"),
    ("patients", EACH, "lift"),
    ("patients", EACH, "enforce"),
    ("patients", EACH, "requirements", EACH, "any_of"),
    ("patients", EACH, "commitments", EACH, "days"),
    ("patients", EACH, "preferred", EACH, "days"),
    ("apart",),
    ("apart", EACH),
    ("cohorts", EACH, "session_types"),
    ("cohorts", EACH, "patients"),
    ("baseline", "sessions", EACH, "clinicians"),
    ("baseline", "sessions", EACH, "patients"),
    ("pins", EACH, "session", "clinicians"),
    ("pins", EACH, "session", "patients"),
)

_WORDS: Final = {
    "session_types": "session type",
    "programs": "program",
    "clinicians": "clinician",
    "rooms": "room",
    "patients": "patient",
}


def check_references(root: Place, faults: Faults) -> None:
    _unique_ids(root, faults)
    _known_ids(root, faults)
    _nothing_twice(root, faults)
    _requirements(root, faults)
    _apart(root, faults)
    _cohorts(root, faults)
    _timezone(root.at("clinic", "timezone"), faults)


# -- ids ----------------------------------------------------------------------------------------------------


def _unique_ids(root: Place, faults: Faults) -> None:
    for places in _id_scopes(root):
        first: dict[str, Place] = {}
        for place in places:
            if place.text is None:
                continue
            if place.text in first:
                where = "/".join(map(str, first[place.text].steps[:-1]))
                faults.add(place, "duplicate_id", f"the id {shown(place.text)} is taken already by {where}")
            else:
                first[place.text] = place


def _id_scopes(root: Place) -> Iterator[list[Place]]:
    """The ids of each collection; requirements and commitments are collections of their owner."""
    for collection in COLLECTIONS:
        yield root.spots(collection, EACH, "id")
    yield root.spots("clinic", "standing", EACH, "id")
    yield root.spots("pins", EACH, "session", "id")
    for owners, lists in (
        ("programs", "requirements"),
        ("patients", "requirements"),
        ("patients", "commitments"),
    ):
        for owned in root.spots(owners, EACH, lists):
            yield owned.spots(EACH, "id")


def _known_ids(root: Place, faults: Faults) -> None:
    for collection, word in _WORDS.items():
        entries = root.at(collection)
        if entries.given and not isinstance(entries.value, list | tuple):
            continue  # malformed: nothing is known about its ids
        known = {place.text for place in root.spots(collection, EACH, "id") if place.text is not None}
        for path in (path for path, named in REFERENCES if named == collection):
            for place in _strangers(root, path, known):
                faults.add(place, "unknown_id", f"no {word} has the id {shown(place.value)}")


def _strangers(root: Place, path: tuple[str, ...], known: set[str]) -> Iterator[Place]:
    """References that name nothing known; a list is looked into only if it holds one."""
    if path[-1] == EACH:
        lists = [place for place in root.spots(*path[:-1]) if not _all_known(place.value, known)]
        places = [entry for place in lists for entry in place.entries()]
    else:
        places = root.spots(*path)
    return (place for place in places if place.text is not None and place.text not in known)


def _all_known(names: object, known: set[str]) -> bool:
    return isinstance(names, list | tuple) and all(isinstance(n, str) and n in known for n in names)


# -- lists --------------------------------------------------------------------------------------------------


def _nothing_twice(root: Place, faults: Faults) -> None:
    for path in SETS:
        for place in root.spots(*path):
            if isinstance(place.value, list | tuple):
                _distinct(place, faults)


def _distinct(place: Place, faults: Faults) -> None:
    try:
        if len(set(place.value)) == len(place.value):
            return
    except TypeError:
        pass  # pairs, or something malformed
    known: set[str | tuple[str, ...]] = set()
    for index, value in enumerate(place.value):
        name = _comparable(value)
        if name is not None and name in known:
            what = "this pair" if isinstance(name, tuple) else shown(name)
            faults.add((*place.steps, index), "duplicate_entry", f"{what} is in this list twice")
        elif name is not None:
            known.add(name)


def _comparable(value: object) -> str | tuple[str, ...] | None:
    """Strings and lists of strings; anything else is malformed and equals nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and value and all(isinstance(v, str) for v in value):
        return tuple(value)
    return None


# -- requirements -------------------------------------------------------------------------------------------


def _requirements(root: Place, faults: Faults) -> None:
    for owners in RULES_OF:
        for requirements in root.spots(owners, EACH, "requirements"):
            _each_type_once(requirements, faults)
            for any_of in requirements.spots(EACH, "any_of"):
                if any_of.value in ([], ()):
                    faults.add(any_of, "empty_requirement", "a requirement names at least one session type")


def _each_type_once(requirements: Place, faults: Faults) -> None:
    counted: dict[str, Place] = {}
    for any_of in requirements.spots(EACH, "any_of"):
        for index, name in enumerate(any_of.value if isinstance(any_of.value, list | tuple) else ()):
            if isinstance(name, str) and counted.setdefault(name, any_of) is not any_of:
                message = f"session type {shown(name)} counts for more than one requirement"
                faults.add((*any_of.steps, index), "type_in_two_requirements", message)


# -- who belongs together -----------------------------------------------------------------------------------


def _apart(root: Place, faults: Faults) -> None:
    cohorts: dict[str, dict[int, Place]] = {}
    for index, cohort in enumerate(root.spots("cohorts", EACH)):
        for patient in _texts(cohort.spots("patients", EACH)):
            cohorts.setdefault(patient, {})[index] = cohort
    for pair in root.spots("apart", EACH):
        patients = [place.text for place in pair.entries() if place.text is not None]
        if len(set(patients)) != 2 or len(pair.value) != 2:
            continue
        first, second = (cohorts.get(patient, {}) for patient in patients)
        for index in sorted(first.keys() & second.keys()):
            names = " and ".join(map(shown, patients))
            message = f"{names} are kept apart, and both belong to cohort {_name(first[index])}"
            faults.add(pair, "apart_in_cohort", message)


def _cohorts(root: Place, faults: Faults) -> None:
    members: dict[str, dict[str, Place]] = {}
    for cohort in root.spots("cohorts", EACH):
        taken = [
            (session_type, members.setdefault(session_type, {}))
            for session_type in sorted(_texts(cohort.spots("session_types", EACH)))
        ]
        for place in cohort.spots("patients", EACH):
            if place.text is not None:
                _in_one_cohort(place, place.text, cohort, taken, faults)


def _in_one_cohort(
    place: Place, patient: str, cohort: Place, taken: list[tuple[str, dict[str, Place]]], faults: Faults
) -> None:
    others = [(t, members.setdefault(patient, cohort)) for t, members in taken]
    for session_type, other in others:
        if other is not cohort:
            message = (
                f"patient {shown(patient)} belongs to cohort {_name(other)} already, "
                f"and both meet for session type {shown(session_type)}"
            )
            faults.add(place, "overlapping_cohorts", message)
            return


def _texts(places: Iterable[Place]) -> set[str]:
    return {place.text for place in places if place.text is not None}


def _name(place: Place) -> str:
    return shown(place.at("id").text or "/".join(map(str, place.steps)))


# -- the zone -----------------------------------------------------------------------------------------------


def _timezone(place: Place, faults: Faults) -> None:
    if place.text is not None and place.text not in timezones():
        message = f'{shown(place.text)} is no time zone; expected a name like "America/New_York"'
        faults.add(place, "unknown_timezone", message)


@cache
def timezones() -> frozenset[str]:
    """The names of the IANA database this package brings along, the same on every machine."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
