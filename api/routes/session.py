"""Signing in on the page: a key is traded for a cookie that scripts cannot read."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import delete

from api import documents as d
from api.access import COOKIE, Anyone, Caller, Role, count_failure, request_id, require_same_origin
from api.body import JsonObject
from api.errors import NotAuthenticated, Refused, described
from api.judging import form_faults
from api.openapi import ACCESS, answers, takes
from api.service import TheService
from api.store import keys
from api.store.columns import now
from api.store.models import SignIn

router = APIRouter(prefix="/v1/session", tags=[ACCESS])


@router.post(
    "",
    openapi_extra=takes(d.SessionRequest),
    responses=answers(200, "Signed in.", d.SessionShown, headers=("Set-Cookie",))
    | described(401, 403, 413, 415, 422, 429),
    response_class=JSONResponse,
)
def sign_in(request: Request, given: JsonObject, service: TheService) -> Response:
    """Trade an API key for a session cookie (HttpOnly, SameSite=Strict)."""
    if request.headers.get("origin") is not None:
        require_same_origin(request)
    faults = form_faults(d.SessionRequest, given)
    if faults:
        raise Refused(faults)
    with service.sessions.write() as session:
        key = keys.find_key(session, given["key"])
        if key is not None:
            session.execute(delete(SignIn).where(SignIn.expires_at < now()))
            _, token = keys.sign_in(session, key, service.settings.session_hours)
            source = request.client.host if request.client else "unknown"
            clinics = None if key.clinics is None else frozenset(key.clinics)
            caller = Caller(f"key:{key.prefix}", Role(key.role), clinics, source, request_id(request), True)
            service.audit.change(session, caller, "session.begin", None)
    if key is None:
        count_failure(request)
        raise NotAuthenticated("This key is not valid.")
    response = JSONResponse(shown(caller))
    origin = service.settings.public_origin or str(request.base_url)
    response.set_cookie(
        COOKIE,
        token,
        max_age=service.settings.session_hours * 3600,
        httponly=True,
        samesite="strict",
        secure=origin.startswith("https://"),
    )
    return response


def shown(caller: Caller) -> dict[str, object]:
    clinics = None if caller.clinics is None else sorted(caller.clinics)
    return {"actor": caller.actor, "role": caller.role, "clinics": clinics}


@router.get(
    "",
    responses=answers(200, "Who is asking.", d.SessionShown) | described(401, 422, 429),
    response_class=JSONResponse,
)
def who(caller: Anyone) -> Response:
    """Whom the key, token or cookie stands for."""
    return JSONResponse(shown(caller))


@router.delete("", status_code=204, responses=described(401, 403, 422, 429))
def sign_out(request: Request, caller: Anyone, service: TheService) -> Response:
    """End the session of the cookie."""
    token = request.cookies.get(COOKIE)
    if token and caller.by_cookie:
        with service.sessions.write() as session:
            keys.sign_out(session, token)
            service.audit.change(session, caller, "session.end", None)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response
