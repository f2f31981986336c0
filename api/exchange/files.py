"""Request bodies that are files: the kinds a call takes, how large they may be, how faults are told."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from api.body import json_body, limited_body, raw_body
from api.discreet import discreet
from api.errors import ApiError, Refused, UnsupportedMedia
from api.service import Service
from scheduler.errors import Fault

Json = dict[str, Any]
CALENDAR: Final = "text/calendar"
CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE_BYTES_MOST: Final = 10_000_000


class FileRefused(ApiError):
    """`errors` has the place of each fault as pointer and as line, or sheet, row and column."""

    status = 422
    code = "file_refused"
    title = "The file has faults"

    def __init__(self, misfits: list[Json]) -> None:
        count = "1 fault" if len(misfits) == 1 else f"{len(misfits)} faults"
        errors = [misfit | _discreet(misfit) for misfit in misfits]
        super().__init__(f"{count}; `errors` tells where and what. Nothing was changed.", errors=errors)


def _discreet(misfit: Json) -> Json:
    return discreet(Fault(misfit["pointer"], misfit["message"], misfit["code"])).as_dict()


@dataclass(frozen=True, slots=True)
class File:
    """What was sent, unread."""

    content: bytes

    @property
    def encoded(self) -> str:
        return b64encode(self.content).decode()


def media_of(request: Request, otherwise: str) -> str:
    return request.headers.get("content-type", otherwise).split(";")[0].strip().lower()


async def _limited(request: Request) -> File:
    limit: int = request.app.state.service.settings.max_body_bytes
    return File(await limited_body(request, min(limit, FILE_BYTES_MOST)))


async def json_or_calendar(request: Request) -> Json | File:
    """A JSON object, or a calendar where it is announced as one."""
    return await _json_or(CALENDAR, "a calendar", request)


async def json_or_csv(request: Request) -> Json | File:
    """A JSON object, or a sheet where it is announced as one."""
    return await _json_or(CSV, "a sheet", request)


async def _json_or(media: str, what: str, request: Request) -> Json | File:
    if media_of(request, "application/json") == media:
        return await _limited(request)
    try:
        document = await json_body(await raw_body(request))
    except UnsupportedMedia:
        accept = {"Accept": f"application/json, {media}"}
        raise UnsupportedMedia(f"Send JSON, or {what} as `{media}`.", headers=accept) from None
    if not isinstance(document, dict):
        raise Refused([Fault("", "expected an object", "wrong_type")])
    return document


async def table_file(request: Request) -> File:
    if media_of(request, CSV) not in (CSV, XLSX):
        accept = {"Accept": f"{CSV}, {XLSX}"}
        raise UnsupportedMedia(f"Send `{CSV}` or `{XLSX}`.", headers=accept)
    return await _limited(request)


JsonOrCalendar = Annotated[Any, Depends(json_or_calendar)]
JsonOrCsv = Annotated[Any, Depends(json_or_csv)]
TableFile = Annotated[File, Depends(table_file)]


def read_in_child(service: Service, task: str, payload: Json) -> Json:
    """The task's answer; a file with faults is refused with all of them."""
    answer = service.ask(task, payload)
    if "misfits" in answer:
        raise FileRefused(answer["misfits"])
    return answer


def takes_files(*media: str, **json: Any) -> Json:
    """`openapi_extra` of a call whose body is a file of one of these kinds, or JSON as given."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    content = {**json.get("content", {}), **dict.fromkeys(media, binary)}
    return {"requestBody": {"required": True, "content": content}}
