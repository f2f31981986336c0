"""Who is asking, what their role allows, and which clinics they may know of.

The order of refusals keeps secrets: 401 without a valid key, 403 when the role never includes the action,
whatever the clinic, and for all else one and the same 404, whether it is another clinic's or nobody's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from sqlalchemy.orm import Session, defer

from api.errors import NotAllowed, NotAuthenticated, NotFound, TooMany
from api.store import keys
from api.store.models import ApiKey, Timetable

COOKIE = "iop_session"


class Action(StrEnum):
    """What a role includes or not."""

    READ = "read"  # clinics, patients, timetables
    WRITE_CLINIC = "write_clinic"  # the clinic document: rooms, session types, programs, clinicians
    DELETE_CLINIC = "delete_clinic"
    WRITE_PEOPLE = "write_people"  # patients, commitments, availability, cohorts, pairs kept apart
    PLAN = "plan"  # ask for timetables, cancel and delete them
    PUBLISH = "publish"
    AUDIT = "audit"


class Role(StrEnum):
    VIEWER = "viewer"
    SCHEDULER = "scheduler"
    INTEGRATOR = "integrator"
    ADMIN = "admin"

    def allows(self, action: Action) -> bool:
        return action in _ALLOWED[self]


_ALLOWED: dict[Role, frozenset[Action]] = {
    Role.VIEWER: frozenset({Action.READ}),
    Role.SCHEDULER: frozenset({Action.READ, Action.WRITE_PEOPLE, Action.PLAN, Action.PUBLISH}),
    # Another system keeps records in step and asks for plans; publishing stays a person's decision.
    Role.INTEGRATOR: frozenset({Action.READ, Action.WRITE_CLINIC, Action.WRITE_PEOPLE, Action.PLAN}),
    Role.ADMIN: frozenset(Action),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """One authenticated request: `clinics` None means every clinic."""

    actor: str
    role: Role
    clinics: frozenset[str] | None
    source: str
    request_id: str
    by_cookie: bool = False

    def sees(self, clinic_id: str) -> bool:
        return self.clinics is None or clinic_id in self.clinics

    def sees_timetable(self, timetable: Timetable) -> bool:
        """A stored clinic's by scope; one without a clinic is its owner's, and an unscoped admin's."""
        if timetable.clinic_id is not None:
            return self.sees(timetable.clinic_id)
        return timetable.owner == self.actor or (self.role is Role.ADMIN and self.clinics is None)


def authenticate(request: Request) -> Caller:
    """The caller, by bearer token or session cookie; refused without saying which part was wrong."""
    service = request.app.state.service
    source = request.client.host if request.client else "unknown"
    caller = _by_bearer(request, source) or _by_cookie(request, source)
    if caller is None:
        # An expired cookie is no attack: only what is sent on purpose counts as a failed sign-in.
        if request.headers.get("authorization"):
            count_failure(request)
        raise NotAuthenticated
    if wait := service.requests.take(caller.actor):
        raise TooMany("More requests than a key may send in a minute.", wait)
    request.scope["iop_actor"] = caller.actor
    return caller


def count_failure(request: Request) -> None:
    """Note a wrong key; too many from one address are answered 429, so that guessing is slow and visible."""
    source = request.client.host if request.client else "unknown"
    if wait := request.app.state.service.failed_sign_ins.take(source):
        raise TooMany("Too many failed sign-ins from this address.", wait)


def _by_bearer(request: Request, source: str) -> Caller | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    service, token = request.app.state.service, token.strip()
    if service.oidc is not None and token.count(".") == 2:
        claims = service.oidc.claims(token)
        return None if claims is None else Caller(source=source, request_id=request_id(request), **claims)
    with service.sessions.read() as session:
        key = keys.find_key(session, token)
    return None if key is None else _of_key(request, key, source, by_cookie=False)


def _by_cookie(request: Request, source: str) -> Caller | None:
    token = request.cookies.get(COOKIE)
    # A request that names itself by header is never taken for somebody else by its cookie.
    if not token or "authorization" in request.headers:
        return None
    with request.app.state.service.sessions.read() as session:
        key = keys.find_sign_in(session, token)
    if key is None:
        return None
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        require_same_origin(request)
    return _of_key(request, key, source, by_cookie=True)


def _of_key(request: Request, key: ApiKey, source: str, by_cookie: bool) -> Caller:
    clinics = None if key.clinics is None else frozenset(key.clinics)
    return Caller(f"key:{key.prefix}", Role(key.role), clinics, source, request_id(request), by_cookie)


def request_id(request: Request) -> str:
    return str(request.scope.get("iop_request_id", ""))


def require_same_origin(request: Request) -> None:
    """A browser tells where a write comes from; anything but the service's own pages is refused."""
    origin = request.headers.get("origin")
    settings = request.app.state.service.settings
    own = settings.public_origin or f"{request.url.scheme}://{request.headers.get('host', '')}"
    if origin is None or _origin(origin) != _origin(own):
        raise NotAllowed(
            "A write with the session cookie must come from the service's own pages.", code="cross_origin"
        )


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url.lower())
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname, port or {"https": 443, "http": 80}.get(parts.scheme)


def allowed(action: Action) -> Callable[..., Caller]:
    """A dependency: the caller, whose role includes the action."""

    def require(caller: Annotated[Caller, Depends(authenticate)]) -> Caller:
        if not caller.role.allows(action):
            raise NotAllowed(f"The role `{caller.role}` does not include this ({action}).")
        return caller

    return require


Anyone = Annotated[Caller, Depends(authenticate)]
Reader = Annotated[Caller, Depends(allowed(Action.READ))]
ClinicWriter = Annotated[Caller, Depends(allowed(Action.WRITE_CLINIC))]
ClinicDeleter = Annotated[Caller, Depends(allowed(Action.DELETE_CLINIC))]
PeopleWriter = Annotated[Caller, Depends(allowed(Action.WRITE_PEOPLE))]
Planner = Annotated[Caller, Depends(allowed(Action.PLAN))]
Publisher = Annotated[Caller, Depends(allowed(Action.PUBLISH))]
Auditor = Annotated[Caller, Depends(allowed(Action.AUDIT))]


def require_clinic(caller: Caller, clinic_id: str) -> None:
    if not caller.sees(clinic_id):
        raise NotFound


def visible_timetable(
    session: Session, caller: Caller, timetable_id: str, lock: bool = False, problem: bool = False
) -> Timetable:
    """The row, or the one 404; `lock` keeps other writers off it until the commit (PostgreSQL).

    Its problem, the largest column, is read only where it is asked for.
    """
    options = () if problem else (defer(Timetable.problem),)
    row = session.get(Timetable, timetable_id, options=options, with_for_update=lock or None)
    if row is None or not caller.sees_timetable(row):
        raise NotFound
    return row


def clinics_in(claim: Any) -> frozenset[str] | None:
    """Clinics named in a token: `*` alone means all, anything that is no list of names means none."""
    if claim == "*" or claim == ["*"]:
        return None
    named: Iterable[Any] = claim if isinstance(claim, list) else [claim]
    return frozenset(name for name in named if isinstance(name, str))
