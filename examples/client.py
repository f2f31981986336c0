"""A clinic's week over HTTP: set up, submit availability, ask for a timetable, follow it, publish it.

iop-scheduler serve                                    # prints a key
python examples/client.py http://127.0.0.1:8000 KEY examples/riverside.json [SECONDS]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import httpx

IN_THE_CLINIC = ("clinic", "session_types", "programs", "clinicians", "rooms", "weights")


def main(url: str, key: str, file: str, seconds: str = "20") -> None:
    week: dict[str, Any] = json.loads(Path(file).read_text(encoding="utf-8"))
    week_start = week["clinic"].pop("week_start")
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as http:
        clinic = f"/v1/clinics/{week['clinic']['id']}"
        put(http, clinic, {name: week[name] for name in IN_THE_CLINIC if name in week})
        put(http, f"{clinic}/patients", {"patients": week["patients"]})
        for group in ("cohorts", "apart"):
            put(http, f"{clinic}/{group}", {group: week.get(group, [])})

        # The daily call: when one patient is taken.
        patient = week["patients"][0]
        put(
            http,
            f"{clinic}/patients/{patient['id']}/commitments",
            {"commitments": patient.get("commitments", [])},
        )

        wish = {"week_start": week_start, "pins": week.get("pins", []), "time_limit": float(seconds)}
        answer = checked(
            http.post(f"{clinic}/timetables", json=wish, headers={"Idempotency-Key": week_start})
        )
        timetable = follow(http, answer.headers["Location"])
        if timetable["status"] == "failed":
            raise SystemExit(f"failed: {timetable['error']['detail']}")
        gap = timetable["objective"]["gap"]
        print(f"{timetable['status']}: {len(timetable['sessions'])} sessions, gap {gap:.1%}")
        checked(http.post(f"/v1/timetables/{timetable['id']}/publish"))
        print("published")


def put(http: httpx.Client, path: str, document: Any) -> None:
    """Write over whatever is there; a page that shows the document first sends the ETag it read instead."""
    there = http.get(path)
    headers = {"If-Match": "*"} if there.status_code == 200 and there.headers["ETag"] != '"0"' else {}
    checked(http.put(path, json=document, headers=headers))


def follow(http: httpx.Client, path: str) -> Any:
    """Print progress until the search has ended; the timetable."""
    with http.stream("GET", f"{path}/events", timeout=None) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: {") and '"best"' in line:
                found = json.loads(line.removeprefix("data: "))
                print(f"{found['seconds']:6.1f} s  best {found['best']}  bound {found['bound']}")
    return checked(http.get(path)).json()


def checked(answer: httpx.Response) -> httpx.Response:
    """The answer, or the service's own words on what is wrong with the request."""
    if answer.is_error:
        problem = answer.json()
        faults = [f"  {e['pointer']}: {e['message']}" for e in problem.get("errors", ())]
        raise SystemExit("\n".join([f"{problem['title']}: {problem['detail']}", *faults]))
    return answer


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
