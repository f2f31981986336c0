"""The calls, one file a noun."""

from __future__ import annotations

from fastapi import FastAPI

from api.routes import (
    availability,
    clinics,
    commitments,
    docs,
    events,
    groups,
    health,
    life,
    patients,
    plans,
    publishing,
    session,
    timetables,
)


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
        session,
        health,
        docs,
    ):
        app.include_router(module.router)
