"""A reading page of the OpenAPI document: plain HTML without a script, served by nobody but this service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.openapi import CORE_PATHS

router = APIRouter(include_in_schema=False)
STYLE = Path(__file__).with_name("docs.css")
METHODS = ("get", "put", "post", "delete")


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The whole API on one page."""
    return HTMLResponse(page(request.app.openapi()))


@router.get("/docs/style.css")
async def style() -> Response:
    return Response(STYLE.read_text(encoding="utf-8"), media_type="text/css")


def page(document: dict[str, Any]) -> str:
    calls = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]
    sections = "".join(_section(tag, calls) for tag in document["tags"])
    schemas = "".join(_schema(name, schema) for name, schema in document["components"]["schemas"].items())
    about = document["info"]
    title, tags = escape(about["title"]), document["tags"]
    links = "".join(f'<li><a href="#{_anchor(t["name"])}">{escape(t["name"])}</a></li>' for t in tags)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}: API</title>"
        '<link rel="stylesheet" href="/docs/style.css"></head><body>'
        f"<header><h1>{title} {escape(about['version'])}</h1>{_text(about['description'])}"
        f'<p><a href="/openapi.json">openapi.json</a></p></header>'
        f'<nav aria-label="Groups"><ul>{links}<li><a href="#schemas">Documents</a></li></ul></nav>'
        f"<main>{sections}"
        f'<section id="schemas"><h2>Documents</h2>{schemas}</section></main></body></html>'
    )


def _section(tag: dict[str, Any], calls: list[tuple[str, str, Any]]) -> str:
    own = [call for call in calls if tag["name"] in call[2].get("tags", ())]
    own.sort(key=lambda call: CORE_PATHS.index(call[0]) if call[0] in CORE_PATHS else len(CORE_PATHS))
    body = "".join(_call(*call) for call in own)
    title, words = escape(tag["name"]), _text(tag["description"])
    return f'<section id="{_anchor(tag["name"])}"><h2>{title}</h2>{words}{body}</section>'


def _call(path: str, method: str, operation: dict[str, Any]) -> str:
    parts = (
        _text(operation.get("description", "")),
        _parameters(operation),
        _body(operation),
        _answers(operation),
    )
    return f"<article><h3><code>{method.upper()} {escape(path)}</code></h3>{''.join(parts)}</article>"


def _parameters(operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(p['in'])}</td>"
        f"<td>{'needed' if p.get('required') else ''}</td><td>{_inline(p.get('description', ''))}</td></tr>"
        for p in operation.get("parameters", ())
    )
    head = "<tr><th>parameter</th><th>in</th><th></th><th></th></tr>"
    return f"<table>{head}{rows}</table>" if rows else ""


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return ""
    example = content.get("example")
    shown = f"<pre>{escape(json.dumps(example, indent=2))}</pre>" if example is not None else ""
    return f"<details><summary>Body: {_kind(content['schema'])}</summary>{shown}</details>"


def _answers(operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escape(str(status))}</td><td>{_inline(answer['description'])}</td>"
        f"<td>{' or '.join(_kind(c['schema']) for c in answer.get('content', {}).values())}</td></tr>"
        for status, answer in sorted(operation["responses"].items())
    )
    return f"<table><tr><th>answer</th><th></th><th></th></tr>{rows}</table>"


def _schema(name: str, schema: dict[str, Any]) -> str:
    needed = set(schema.get("required", ()))
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code></td><td>{_kind(of)}</td>"
        f"<td>{'needed' if field in needed else ''}</td><td>{_inline(of.get('description', ''))}</td></tr>"
        for field, of in schema.get("properties", {}).items()
    )
    table = f"<table><tr><th>field</th><th>kind</th><th></th><th></th></tr>{rows}</table>" if rows else ""
    title, words = escape(name), _text(schema.get("description", ""))
    return f'<article id="schema-{title}"><h3>{title}</h3>{words}{table}</article>'


def _kind(schema: dict[str, Any]) -> str:
    """What a value is, in a few words."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#schema-{name}">{name}</a>'
    if "anyOf" in schema or "oneOf" in schema:
        return " or ".join(_kind(s) for s in schema.get("anyOf") or schema["oneOf"])
    if "enum" in schema:
        return ", ".join(f"<code>{escape(str(v))}</code>" for v in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}" if "items" in schema else "list"
    return escape(str(schema.get("format") or schema.get("type", "any")))


def _text(words: str) -> str:
    return "".join(f"<p>{_inline(part)}</p>" for part in words.split("\n\n") if part.strip())


def _inline(words: str) -> str:
    """Escaped text with `code` marked."""
    return "".join(_marked(escape(words).split("`")))


def _marked(parts: list[str]) -> Iterator[str]:
    for index, part in enumerate(parts):
        yield f"<code>{part}</code>" if index % 2 else part


def _anchor(name: str) -> str:
    return name.lower().replace(" ", "-")
