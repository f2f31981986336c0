"""Reading request bodies: JSON once, whatever is wrong with it told with line and column."""

from __future__ import annotations

import json
from typing import Annotated, Any, NoReturn

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from api.errors import Refused, TooLarge, UnsupportedMedia
from scheduler.errors import Fault

AT_ONCE = 64 * 1024


async def raw_body(request: Request) -> bytes:
    """The body, refused when it is announced as something other than JSON or grows beyond the limit."""
    media = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if media != "application/json" and not media.endswith("+json"):
        accept = {"Accept": "application/json"}
        raise UnsupportedMedia("Send JSON with `Content-Type: application/json`.", headers=accept)
    return await limited_body(request, request.app.state.service.settings.max_body_bytes)


async def limited_body(request: Request, limit: int) -> bytes:
    """Whatever it is, up to so many bytes; more is refused before it is read."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise _too_large(limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> TooLarge:
    # The rest of the body is not read, so the connection cannot be used again.
    return TooLarge(f"A body has at most {limit} bytes.", headers={"Connection": "close"})


def parse(raw: bytes) -> Any:
    """JSON as RFC 8259 has it: UTF-8, no NaN, no name twice in one object."""
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number, object_pairs_hook=_object)
    except UnicodeDecodeError as broken:
        _refuse(f"it is not UTF-8 text at byte {broken.start}")
    except json.JSONDecodeError as broken:
        _refuse(f"{broken.msg.lower()} at line {broken.lineno}, column {broken.colno}")
    except _NoJson as broken:
        _refuse(str(broken))
    except RecursionError:
        _refuse("it is nested too deeply")
    except ValueError:  # a number of thousands of digits
        _refuse("a number is too long")


class _NoJson(ValueError):
    pass


def _no_number(name: str) -> NoReturn:
    raise _NoJson(f"{name} is no number in JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NoJson("a name is given twice in one object")
    return found


def _refuse(message: str) -> NoReturn:
    raise Refused([Fault("", f"the body is not JSON: {message}", "not_json")]) from None


async def json_body(raw: Annotated[bytes, Depends(raw_body)]) -> Any:
    # Other requests go on while a large one is read.
    return await run_in_threadpool(parse, raw) if len(raw) > AT_ONCE else parse(raw)


async def json_object(document: Annotated[Any, Depends(json_body)]) -> dict[str, Any]:
    """The body where the call takes an object."""
    if not isinstance(document, dict):
        raise Refused([Fault("", "expected an object", "wrong_type")])
    return document


RawBody = Annotated[bytes, Depends(raw_body)]
JsonObject = Annotated[dict[str, Any], Depends(json_object)]
