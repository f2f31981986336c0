"""JSON Schemas of the documents, made from the models that read them.

A schema says what one field may hold. What needs more than one field (ids that exist, ends after starts,
numbers that fit the grid) is said by `intake` alone, so a document may fit its schema and still be refused.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from scheduler.problem import Document, format_clock

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

# Name of the document -> module and model that read it, and what it is for.
DOCUMENTS: Final = {
    "problem": ("scheduler.problem", "Problem", "A clinic's week to be planned."),
    "patient": ("scheduler.problem", "Patient", "A patient to be placed in a timetable."),
    "event": ("scheduler.event", "Event", "Something that happens while a week runs, to be repaired."),
    "moves": ("scheduler.moves", "Moves", "Manual changes of a timetable; the bare list will do."),
    "timetable": ("scheduler.timetable", "Timetable", "A planned week."),
}

_ANY_CLOCK: Final = r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"
_START_CLOCK: Final = r"^([01]\d|2[0-3]):[0-5]\d$"


def schema(name: str) -> dict[str, Any]:
    """The schema of one document, by its name in `DOCUMENTS`."""
    module, model_name, description = DOCUMENTS[name]
    model: type[BaseModel] = getattr(import_module(module), model_name)
    made = model.model_json_schema(schema_generator=_Schema)
    return {"$schema": DIALECT} | made | {"description": description}


def schemas() -> dict[str, dict[str, Any]]:
    return {name: schema(name) for name in DOCUMENTS}


class _Schema(GenerateJsonSchema):
    """What pydantic writes, with what the documents add: null is absent, lists of names are sets."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False  # "Start Every Minutes" tells nothing that `start_every_minutes` does not

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        if issubclass(schema["cls"], Document):
            required = made.get("required", ())
            for name, field in made.get("properties", {}).items():
                made["properties"][name] = _told(name, field, name in required)
        return made


def _told(name: str, field: JsonSchemaValue, required: bool) -> JsonSchemaValue:
    value = field.pop("default", None)
    default = {} if value in (None, "") else {"default": value}  # an empty name is no name: it is the id
    told = _sets(field)
    if told.get("pattern") == _ANY_CLOCK:
        default = {key: format_clock(minutes) for key, minutes in default.items()}
        if name == "start":
            told = told | {"pattern": _START_CLOCK}
    return (told if required else _nullable(told)) | default


def _nullable(field: JsonSchemaValue) -> JsonSchemaValue:
    return field if {"type": "null"} in field.get("anyOf", ()) else {"anyOf": [field, {"type": "null"}]}


def _sets(field: JsonSchemaValue) -> JsonSchemaValue:
    """Lists of strings and of pairs hold nothing twice."""
    if "anyOf" in field:
        return field | {"anyOf": [_sets(choice) for choice in field["anyOf"]]}
    if field.get("type") != "array" or field.get("items", {}).get("type") not in ("string", "array"):
        return field
    return field | {"items": _sets(field["items"]), "uniqueItems": True}
