"""The calls, one file a noun."""

from __future__ import annotations

from fastapi import Depends, FastAPI, Request

from api.errors import Refused
from api.routes import (
    attendance,
    authorizations,
    authorizations_left,
    availability,
    clinics,
    commitments,
    differences,
    docs,
    events,
    explanations,
    exports,
    feeds,
    fhir,
    groups,
    health,
    imports,
    life,
    make_ups,
    moves,
    page,
    patients,
    placements,
    plans,
    progress,
    publishing,
    repairs,
    session,
    timetables,
    webhooks,
)
from api.security import template
from scheduler.errors import Fault


def known_query(request: Request) -> None:
    """Refuse query parameters that the call does not know: a misspelt `dry_run` must not change all."""
    call = request.app.openapi()["paths"].get(template(request.scope), {}).get(request.method.lower(), {})
    known = sorted(p["name"] for p in call.get("parameters", ()) if p["in"] == "query")
    if call and any(name not in known for name in request.query_params):
        maybe = f"; it knows {', '.join(known)}" if known else ""
        message = f"there is a query parameter that this call does not know{maybe}"
        raise Refused([Fault("", message, "unknown_parameter")])


def include(app: FastAPI) -> None:
    for module in (
        clinics,
        patients,
        commitments,
        availability,
        groups,
        plans,
        timetables,
        events,
        life,
        publishing,
        moves,
        placements,
        repairs,
        explanations,
        differences,
        attendance,
        authorizations,
        authorizations_left,
        progress,
        make_ups,
        exports,
        imports,
        feeds,
        webhooks,
        fhir,
        session,
        health,
        docs,
        page,
    ):
        app.include_router(module.router, dependencies=[Depends(known_query)])
