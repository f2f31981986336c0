"""A clinic's week over HTTP: set up, submit availability, ask for a timetable, follow it, publish it.

iop-scheduler serve                                    # prints a key
python examples/client.py http://127.0.0.1:8000 KEY examples/riverside.json [SECONDS]
"""

import json
import sys
import uuid
from pathlib import Path
from typing import Any

import httpx

IN_THE_CLINIC = ("clinic", "session_types", "programs", "clinicians", "rooms", "weights")


def main(url: str, key: str, file: str, seconds: str = "20") -> None:
    week = json.loads(Path(file).read_text(encoding="utf-8"))
    week_start = week["clinic"].pop("week_start")
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as http:
        clinic = f"/v1/clinics/{week['clinic']['id']}"
        put(http, clinic, {name: week[name] for name in IN_THE_CLINIC if name in week})
        for group in ("patients", "cohorts", "apart"):
            put(http, f"{clinic}/{group}", {group: week.get(group, [])})
        for patient in week["patients"][:1]:  # the daily call: when somebody is taken
            busy = {"commitments": patient.get("commitments", [])}
            put(http, f"{clinic}/patients/{patient['id']}/commitments", busy)

        wish = {"week_start": week_start, "pins": week.get("pins", []), "time_limit": float(seconds)}
        once = {"Idempotency-Key": str(uuid.uuid4())}  # a lost call sent again starts no second search
        path = checked(http.post(f"{clinic}/timetables", json=wish, headers=once)).headers["Location"]
        with http.stream("GET", f"{path}/events", timeout=None) as events:
            for line in events.iter_lines():
                if line.startswith("data: {") and '"best"' in line:
                    print("{seconds:6.1f} s  best {best}  bound {bound}".format(**json.loads(line[6:])))

        timetable = checked(http.get(path)).json()
        if timetable["status"] == "failed":
            raise SystemExit(f"failed: {timetable['error']['detail']}")
        print(f"{len(timetable['sessions'])} sessions, gap {timetable['objective']['gap']:.1%}")
        print(checked(http.post(f"{path}/publish")).json()["status"])


def put(http: httpx.Client, path: str, document: Any) -> None:
    """Write over what is there; a page that shows the document first sends the ETag it read instead."""
    there = http.get(path)
    headers = {"If-Match": "*"} if there.status_code == 200 and there.headers["ETag"] != '"0"' else {}
    checked(http.put(path, json=document, headers=headers))


def checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        raise SystemExit(json.dumps(answer.json(), indent=2))  # the service's own words, with pointers
    return answer


if __name__ == "__main__":
    main(*sys.argv[1:]) if len(sys.argv) in (4, 5) else sys.exit(__doc__)
