"""What can go wrong between a request and its answer, and how it is told (RFC 9457, problem+json).

ApiError
├── Refused               422  a document with faults, each with its pointer
├── Unreadable            400  not JSON, with line and column; a cursor or header that means nothing
├── NotAuthenticated      401  no key, or one that is not (any more) valid
├── NotAllowed            403  the key's role does not include this
├── NotFound              404  nothing here, or nothing that this key may know of: the same words for both
├── Conflict              409  what is stored stands against it: references, broken rules, the state it is in
├── Stale                 412  it has changed since it was read
├── TooLarge              413  more than the body limit
├── UnsupportedMedia      415  neither JSON nor what the call takes besides
├── PreconditionMissing   428  writing over something needs `If-Match`
├── TooMany               429  quota or rate; `Retry-After` tells when
└── Unavailable           503  the answer did not come in time; trying again can help

No text here repeats a value that was sent: values are patients' data, and error texts are logged by proxies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api.discreet import discreet
from scheduler.errors import Fault, ProblemRefused

MEDIA_TYPE = "application/problem+json"


class FaultShown(BaseModel):
    """One mistake: where it is (RFC 6901), what it is, a stable code."""

    pointer: str
    message: str
    code: str


class ProblemShown(BaseModel):
    """RFC 9457; `errors` lists every fault of a document at once."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    errors: list[FaultShown] | None = Field(default=None)


class ApiError(Exception):
    """The root: `members` are further members of the problem document, `headers` go with the answer."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "The service failed"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.kind = code or self.code
        self.headers = dict(headers or {})
        self.members = members

    def response(self) -> JSONResponse:
        document = {
            "type": f"urn:iop-scheduler:problem:{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }
        return JSONResponse(document, self.status, self.headers, MEDIA_TYPE)


class Refused(ApiError):
    status = 422
    code = "document_refused"
    title = "The document has faults"

    def __init__(self, faults: Iterable[Fault]) -> None:
        listed = [discreet(fault).as_dict() for fault in faults]
        count = "1 fault" if len(listed) == 1 else f"{len(listed)} faults"
        super().__init__(f"{count}; `errors` tells where and what.", errors=listed)


class Unreadable(ApiError):
    status = 400
    code = "unreadable"
    title = "The request cannot be read"


class NotAuthenticated(ApiError):
    status = 401
    code = "not_authenticated"
    title = "Who is asking?"

    def __init__(self, detail: str = "Send `Authorization: Bearer` with a valid key or token.") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="iop-scheduler"'})


class NotAllowed(ApiError):
    status = 403
    code = "not_allowed"
    title = "This key may not do that"


class NotFound(ApiError):
    status = 404
    code = "not_found"
    title = "Nothing found"

    def __init__(self) -> None:
        super().__init__("There is nothing here, or nothing that this key may see.")


class Conflict(ApiError):
    status = 409
    code = "conflict"
    title = "What is stored stands against it"


class Stale(ApiError):
    status = 412
    code = "stale"
    title = "It has changed since it was read"

    def __init__(self, etag: str | None) -> None:
        current = {"ETag": etag} if etag else {}
        super().__init__("Read it again and repeat the change with the new `ETag`.", headers=current)


class TooLarge(ApiError):
    status = 413
    code = "too_large"
    title = "The body is too large"


class UnsupportedMedia(ApiError):
    status = 415
    code = "unsupported_media"
    title = "The body has the wrong media type"


class PreconditionMissing(ApiError):
    status = 428
    code = "precondition_missing"
    title = "Writing over something needs If-Match"

    def __init__(self, etag: str) -> None:
        super().__init__(
            "Send `If-Match` with the ETag that was read, or `If-Match: *` to write over whatever is there.",
            headers={"ETag": etag},
        )


class TooMany(ApiError):
    status = 429
    code = "too_many"
    title = "Too much at once"

    def __init__(self, detail: str, retry_after: int, code: str = "too_many") -> None:
        super().__init__(detail, code=code, headers={"Retry-After": str(max(1, retry_after))})


class Unavailable(ApiError):
    status = 503
    code = "unavailable"
    title = "Not available now"


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` for errors, all of one shape."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """One way out for every error: no traceback and no framework text reaches a client."""
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(ProblemRefused, _problem_refused)
    app.add_exception_handler(RequestValidationError, _request_refused)
    app.add_exception_handler(HTTPException, _http_exception)


async def _api_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return error.response()


async def _problem_refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemRefused)
    return Refused(error.faults).response()


async def _request_refused(request: Request, error: Exception) -> JSONResponse:
    """Path, query and header values of the wrong form: the parameter is named, its value is not repeated."""
    assert isinstance(error, RequestValidationError)
    return Refused(
        Fault("", f"{_parameter(e['loc'])}: {e['msg']}", f"parameter_{e['type']}") for e in error.errors()
    ).response()


def _parameter(loc: Sequence[str | int]) -> str:
    place, *names = loc
    return f"{place} parameter {'.'.join(map(str, names))}" if names else str(place)


_OF_STATUS: dict[int, type[ApiError]] = {
    400: Unreadable,
    413: TooLarge,
    415: UnsupportedMedia,
}


async def _http_exception(request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: unknown paths, wrong methods, bodies over the limit."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return NotFound().response()
    kind = _OF_STATUS.get(error.status_code)
    phrase = HTTPStatus(error.status_code).phrase
    if kind is not None:
        return kind(f"{phrase}.").response()
    document = {
        "type": f"urn:iop-scheduler:problem:http_{error.status_code}",
        "title": phrase,
        "status": error.status_code,
        "detail": f"{phrase}.",
    }
    return JSONResponse(document, error.status_code, error.headers, MEDIA_TYPE)
