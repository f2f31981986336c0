"""The holidays of a region as closures that a clinic may take over."""

from __future__ import annotations

from datetime import date
from typing import Any

from scheduler.errors import Fault, ProblemRefused


def proposed_closures(region: str, first: date, last: date) -> list[tuple[str, dict[str, Any]]]:
    """Each holiday's name with a `closures` entry; the region is "US" or "US-MA" (ISO 3166).

    Raises ProblemRefused for a region that nothing is known of.
    """
    import holidays  # loads a calendar for every country: not before somebody asks

    country, _, part = region.partition("-")
    try:
        known = holidays.country_holidays(
            country, subdiv=part or None, years=range(first.year, last.year + 1)
        )
    except NotImplementedError:
        fault = Fault("/region", f"no holidays are known of {region!r}", "unknown_region")
        raise ProblemRefused((fault,), "region") from None
    return [
        (name, {"date": day.isoformat(), "until_date": None, "applies_to": "all"})
        for day, name in sorted(known.items())
        if first <= day <= last
    ]
