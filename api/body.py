"""Reading request bodies: JSON once, whatever is wrong with it told with line and column."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from api.errors import Refused, TooLarge, UnsupportedMedia
from scheduler.errors import Fault
from scheduler.intake import text
from scheduler.intake.place import Faults


async def raw_body(request: Request) -> bytes:
    """The body, refused when it is announced as something other than JSON."""
    media = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if media != "application/json" and not media.endswith("+json"):
        raise UnsupportedMedia(
            "Send JSON with `Content-Type: application/json`.", headers={"Accept": "application/json"}
        )
    limit: int = request.app.state.service.settings.max_body_bytes
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise TooLarge(f"At most {limit} bytes.")
    return await request.body()


def parse(raw: bytes) -> Any:
    """The JSON value, read by the library's own strict reader."""
    faults = Faults()
    value = text.parse(raw, faults, kind="request")
    if faults.found:
        raise Refused(faults.in_order_of(value))
    return value


async def json_body(raw: Annotated[bytes, Depends(raw_body)]) -> Any:
    return parse(raw)


async def json_object(document: Annotated[Any, Depends(json_body)]) -> dict[str, Any]:
    """The body where the call takes an object."""
    if not isinstance(document, dict):
        raise Refused([Fault("", "expected an object", "wrong_type")])
    return document


RawBody = Annotated[bytes, Depends(raw_body)]
JsonObject = Annotated[dict[str, Any], Depends(json_object)]
