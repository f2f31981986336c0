"""Whatever is done to a document, it is read or refused with faults that can be told, never worse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from scheduler.errors import Fault, ProblemRefused
from scheduler.intake import Reading, read_problem
from scheduler.schema import schema
from tests.intake.documents import GONE, week

SCHEMA = jsonschema.Draft202012Validator(schema("problem"))

odd_texts = st.sampled_from(
    [
        "",
        "p1",
        "p9",
        "process",
        "mon",
        "24:00",
        "00:00",
        "9999-12-31",
        "0001-01-01",
        "2026-12-01",
        "2026-12-01T09:00",
        "9999-12-31T23:45",
        "0001-01-01T00:00",
        "\ud800",
        "\x00",
        "é",
        "a/b~c",
        "١٢:٣٠",
        "x" * 70,
    ]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 100)
    | st.integers()
    | st.floats()
    | odd_texts
    | st.text(st.characters(), max_size=5)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(odd_texts | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=6,
)


def places_in(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every holder with each of its keys or indexes."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for key in keys:
        yield value, key
        yield from places_in(value[key])


@st.composite
def mutated_weeks(draw: st.DrawFn) -> Any:
    document: Any = week()
    for _ in range(draw(st.integers(1, 4))):
        spots = list(places_in(document))
        if not spots:
            break
        _mutate(draw, document, *draw(st.sampled_from(spots)))
    return document


def _mutate(draw: st.DrawFn, document: Any, holder: Any, key: Any) -> None:
    others = [spot_holder[spot_key] for spot_holder, spot_key in places_in(document)]
    new = draw(values | st.just(GONE) | st.sampled_from(others).map(_copied))
    if new is GONE:
        del holder[key]
    elif isinstance(holder, list) and draw(st.booleans()):
        holder.insert(key, new)
    elif isinstance(holder, dict) and draw(st.integers(0, 4)) == 0:
        holder[draw(odd_texts)] = new
    else:
        holder[key] = new


def _copied(value: Any) -> Any:
    return json.loads(json.dumps(value))


def outcome(document: Any) -> Reading | tuple[Fault, ...]:
    try:
        return read_problem(document)
    except ProblemRefused as refusal:
        return refusal.faults


@given(mutated_weeks())
def test_a_mutated_document_is_read_or_refused(document: Any) -> None:
    told = outcome(document)
    faults = told.warnings if isinstance(told, Reading) else told
    assert isinstance(told, Reading) or faults
    for fault in faults:
        str(fault).encode("utf-8")
        assert fault.message
        assert resolves(document, fault.pointer), fault


def resolves(document: Any, pointer: str) -> bool:
    """Whether the pointer leads to a value, or to the place where one is missing."""
    value = document
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    for n, step in enumerate(steps):
        if isinstance(value, list):
            value = value[int(step)]
        elif isinstance(value, dict):
            whole = {
                "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in name): v
                for name, v in value.items()
            }
            if step not in whole:
                return n == len(steps) - 1
            value = whole[step]
        else:
            return False
    return True


@given(mutated_weeks())
def test_what_is_read_fits_the_schema(document: Any) -> None:
    if isinstance(outcome(document), Reading):
        assert [error.message for error in SCHEMA.iter_errors(document)] == []


@given(mutated_weeks())
def test_text_and_object_fare_alike(document: Any) -> None:
    try:
        text = json.dumps(document, allow_nan=False)
    except ValueError:
        return
    from_text, from_object = outcome(text), outcome(json.loads(text))
    assert from_text == from_object


@given(st.binary(max_size=60) | st.text(st.characters(), max_size=60))
def test_any_bytes_and_any_text_are_refused(document: bytes | str) -> None:
    assert not isinstance(outcome(document), Reading)


@given(st.text(st.sampled_from('{}[],:"\\ 019eENaN-.tfu\n\ud800ax'), max_size=40))
def test_almost_json_is_refused(document: str) -> None:
    assert not isinstance(outcome(document), Reading)


@given(values)
def test_any_value_is_refused(document: Any) -> None:
    assert not isinstance(outcome(document), Reading)
