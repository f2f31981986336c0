"""The form of a document (fields, types, ranges): pydantic's findings, in words and places of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scheduler.intake.place import Faults, Steps, shown
from scheduler.problem import AttendancePin, Problem, SessionPin

MAX_VALUES: Final = 400_000
PART: Final = 200_000
DEPTH: Final = 8
WITH_ADVICE: Final = 1000  # a look for similar names takes a millisecond

# Names are a person's own words: no message repeats them.
PRIVATE: Final = frozenset({"name"})
PINS: Final[dict[str, type[BaseModel]]] = {"session": SessionPin, "attendance": AttendancePin}

Model = TypeVar("Model", bound=BaseModel)
Phrase = Callable[[str, dict[str, Any]], str]
_PHRASES: Final[dict[str, tuple[str, Phrase]]] = {
    "string_type": ("wrong_type", lambda got, _: f"expected text, got {got}"),
    "int_type": ("wrong_type", lambda got, _: f"expected a whole number, got {got}"),
    "bool_type": ("wrong_type", lambda got, _: f"expected true or false, got {got}"),
    "tuple_type": ("wrong_type", lambda got, _: f"expected a list, got {got}"),
    "model_type": ("wrong_type", lambda got, _: f"expected an object, got {got}"),
    "literal_error": ("unknown_value", lambda got, of: f"expected {_choices(of)}, got {got}"),
    "enum": ("unknown_value", lambda got, of: f"expected {_choices(of)}, got {got}"),
    "greater_than_equal": ("out_of_range", lambda got, of: f"expected at least {of['ge']:,}, got {got}"),
    "less_than_equal": ("out_of_range", lambda got, of: f"expected at most {of['le']:,}, got {got}"),
    "too_short": (
        "entry_count",
        lambda _, of: f"expected {of['min_length']} entries or more, got {of['actual_length']}",
    ),
    "too_long": ("entry_count", lambda _, of: f"expected at most {of['max_length']} entries"),
    "string_too_long": ("too_long", lambda _, of: f"longer than {of['max_length']} characters"),
    "string_pattern_mismatch": (
        "not_an_id",
        lambda got, _: f"{got} is not an id: a letter or digit, then up to 63 letters, digits or _ . : -",
    ),
    "clock": ("not_a_time", lambda got, _: f'expected a time "HH:MM" from "00:00" to "24:00", got {got}'),
    "date": ("not_a_date", lambda got, _: f'expected a date "YYYY-MM-DD" of the calendar, got {got}'),
    "local_time": (
        "not_a_local_time",
        lambda got, _: f'expected a local time "YYYY-MM-DDTHH:MM" without offset, got {got}',
    ),
}


def check_form(document: Any, faults: Faults, at_most: int | None = None) -> Problem | None:
    """The problem if the document has its form; every deviation from the form is a fault.

    `at_most` is known from a text: no more values than that are in the document.
    """
    if at_most is not None and at_most <= MAX_VALUES:
        return _validated(document, faults)
    if not isinstance(document, dict) or values_in(document) <= MAX_VALUES:
        return _validated(document, faults)
    before = len(faults.found)
    for part, first in _parts(document, faults):
        _validated(part, faults, first, document)
    return _validated(document, faults) if len(faults.found) == before else None


def check_form_of(model: type[Model], document: Any, faults: Faults) -> Model | None:
    """As `check_form`, for the smaller documents: an event, moves."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            steps = details["loc"]
            faults.add(steps, *_in_words(details, steps, _owner(model, steps)))
        return None


def _validated(
    document: Any, faults: Faults, first: int = 0, whole: dict[str, Any] | None = None
) -> Problem | None:
    """`first` is the index of the first list entry of a part of the `whole` document."""
    try:
        return Problem.model_validate(document)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            steps, model = _resolved(details["loc"])
            if whole and len(steps) == 1 and steps[0] in whole and steps[0] not in document:
                continue  # missing from this part only
            if len(steps) > 1 and isinstance(steps[1], int):
                steps = (steps[0], steps[1] + first, *steps[2:])
            faults.add(steps, *_in_words(details, steps, model if len(faults.found) < WITH_ADVICE else None))
        return None


# -- documents of unlikely size: a fault costs a kilobyte, so a hostile one is looked at in parts -----------


def values_in(document: Any) -> int:
    """How many values there are, as deep as the form looks."""
    count, level = 0, [document]
    for _ in range(DEPTH):
        count += sum(map(len, level))
        inner = [node.values() if isinstance(node, dict) else node for node in level]
        level = [value for values in inner for value in values if isinstance(value, dict | list | tuple)]
    return count


def _parts(document: dict[str, Any], faults: Faults) -> Iterator[tuple[dict[str, Any], int]]:
    """The document in pieces of bearable size, each with the index of its first entry."""
    rest: dict[str, Any] = {}
    size = 0
    for name, value in document.items():
        if isinstance(value, list | tuple):
            for first, entries in _runs(name, value, faults):
                yield {name: entries}, first
        elif _bearable((name,), value, faults):
            rest[name] = value
            size += _size(value)
        if size >= PART:
            yield rest, 0
            rest, size = {}, 0
    yield rest, 0


def _runs(name: str, entries: list[Any] | tuple[Any, ...], faults: Faults) -> Iterator[tuple[int, list[Any]]]:
    run: list[Any] = []
    size = 0
    for index, entry in enumerate(entries):
        if not _bearable((name, index), entry, faults):
            yield index - len(run), run
            run, size = [], 0
            continue
        run.append(entry)
        size += _size(entry)
        if size >= PART:
            yield index + 1 - len(run), run
            run, size = [], 0
    yield len(entries) - len(run), run


def _size(value: Any) -> int:
    return 1 + values_in(value) if isinstance(value, dict | list | tuple) else 1


def _bearable(steps: Steps, value: Any, faults: Faults) -> bool:
    if _size(value) <= PART:
        return True
    faults.add(steps, "too_large", f"this part alone holds more than {PART:,} values")
    return False


# -- where --------------------------------------------------------------------------------------------------


def _resolved(location: tuple[int | str, ...]) -> tuple[Steps, type[BaseModel] | None]:
    """The steps of a location without pydantic's own marks, and the model that owns the last step."""
    if len(location) > 2 and location[0] == "pins":
        kind = PINS[str(location[2])]
        return (*location[:2], *location[3:]), _owner(kind, location[3:])
    return location, _owner(Problem, location)


def _owner(model: type[BaseModel] | None, steps: Steps) -> type[BaseModel] | None:
    for step in steps[:-1]:
        if isinstance(step, str) and model is not None:
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            model = _model_in(fields[step].annotation) if step in fields else None
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)


# -- what ---------------------------------------------------------------------------------------------------


def _in_words(details: ErrorDetails, steps: Steps, model: type[BaseModel] | None) -> tuple[str, str]:
    """The code and the sentence."""
    kind, field = details["type"], steps[-1] if steps else ""
    if kind == "missing":
        return "missing", f"`{field}` is missing"
    if kind == "extra_forbidden":
        return "unknown_field", _unknown(str(field), model)
    got = "something else" if field in PRIVATE else shown(details["input"])
    if kind not in _PHRASES:  # a check that has no words of its own yet
        return "wrong_form", f"{details['msg']}, got {got}"
    code, phrase = _PHRASES[kind]
    return code, phrase(got, details.get("ctx") or {})


def _unknown(field: str, model: type[BaseModel] | None) -> str:
    known = [f.alias or name for name, f in model.model_fields.items()] if model else []
    maybe = get_close_matches(field[:60], known, n=1)
    return f"there is no field {shown(field)} here" + (f"; maybe `{maybe[0]}`" if maybe else "")


def _choices(context: dict[str, Any]) -> str:
    expected = str(context["expected"]).replace("'", '"')
    return f"one of {expected}" if " or " in expected else expected
