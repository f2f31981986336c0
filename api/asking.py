"""What a question to a solver process that got no answer means over HTTP."""

from __future__ import annotations

from api.errors import ApiError, Conflict, Refused, Unavailable
from api.jobs.outcome import Failed
from scheduler.errors import Fault


def no_answer(failure: Failed) -> ApiError:
    """The document's fault is a 422, a lack of time or room a 503, the rest a defect."""
    if failure.code == "timetable_refused":
        return Conflict(
            "The timetable names what is no longer stored; `errors` tells what, with pointers into it.",
            code="outdated",
            errors=[dict(e) for e in failure.errors],
        )
    if failure.errors:
        return Refused(Fault(e["pointer"], e["message"], e["code"]) for e in failure.errors)
    if failure.code in ("pins_clash", "no_timetable_found"):
        return Conflict(failure.detail, code=failure.code)
    if failure.code in ("busy", "timed_out", "crashed", "out_of_memory"):
        return Unavailable(failure.detail, code=failure.code, headers={"Retry-After": "5"})
    return ApiError(failure.detail, code=failure.code)
