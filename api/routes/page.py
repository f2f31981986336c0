"""The schedulers' page: one HTML shell, its modules, styles and words; all else the page asks of `/v1`.

Files lie under `/static/<version>/`, where the version is a digest of all of them: a browser keeps them for
good, and modules of two versions never mix. What the page shows is in the fragment of its address, which is
never sent, so no patient's id gets into a log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from gzip import compress
from html import escape
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.access import COOKIE
from api.errors import NotFound
from api.service import Service, TheService
from api.store import keys
from scheduler.cli.demo import example

router = APIRouter(include_in_schema=False)
FOLDER = Path(__file__).parent.parent / "page"
SHELL = "index.html"
ON_A_TIMETABLE = (
    "check",
    "moves",
    "pins",
    "targets/{session_id}",
    "attendance",
    "make-ups",
    "explanations",
    "placements",
    "repairs",
    "diff/{other_id}",
    "export",
)


@router.get("/")
def shell(request: Request, service: TheService) -> Response:
    """The page; who is signed in and which calls this service knows are written into it."""
    version = _version()
    modules = "".join(
        f'<link rel="modulepreload" href="/static/{version}/{name}">' for name in _files() if _first(name)
    )
    gaps = {
        "version": version,
        "role": escape(_role(request, service)),
        "calls": escape(" ".join(_calls(request.app.openapi()["paths"]))),
        "modules": modules,
    }
    page = (FOLDER / SHELL).read_text(encoding="utf-8")
    for name, value in gaps.items():
        page = page.replace(f"{{{{{name}}}}}", value)
    return HTMLResponse(page)


@router.get("/static/{version}/{name:path}")
def static(request: Request, version: str, name: str) -> Response:
    """A file of the page. Another version's address has none: the page that asks for it loads again."""
    content = _files().get(name)
    if version != _version() or content is None:
        raise NotFound
    media = "text/javascript" if name.endswith(".js") else guess_type(name)[0]
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = _packed(name), "gzip"
    return Response(content, headers=headers, media_type=media or "application/octet-stream")


def _first(name: str) -> bool:
    """Modules that every view needs; the others are fetched with their view."""
    stem = Path(name).stem
    return name.startswith("js/") and stem in ("main", "dom", "words", "calls", "week", "state", "frame")


@cache
def _files() -> dict[str, bytes]:
    found = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file() and path.name != SHELL
    }
    return found | {"example.json": example().read_bytes()}


@cache
def _packed(name: str) -> bytes:
    return compress(_files()[name], 9)


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for name, content in _files().items():
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def _role(request: Request, service: Service) -> str:
    """The role of the page's cookie; empty when nobody is signed in."""
    token = request.cookies.get(COOKIE)
    if not token:
        return ""
    with service.sessions.read() as session:
        key = keys.find_sign_in(session, token)
    return key.role if key else ""


def _calls(paths: dict[str, Any]) -> Iterator[str]:
    """What of the service's wider calls is there: the page hides what it could not do."""
    for name in ON_A_TIMETABLE:
        if any(path.startswith(f"/v1/timetables/{{timetable_id}}/{name.split('/')[0]}") for path in paths):
            yield name.split("/")[0]
    commitments = paths.get("/v1/clinics/{clinic_id}/patients/{patient_id}/commitments", {})
    if "text/calendar" in commitments.get("put", {}).get("requestBody", {}).get("content", {}):
        yield "calendar"
    if "/v1/clinics/{clinic_id}/imports" in paths:
        yield "imports"
    if "/v1/clinics/{clinic_id}/patients/{patient_id}/progress" in paths:
        yield "progress"
