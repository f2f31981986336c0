"""A clinic whose names are of every kind that breaks pages: markup, right to left, 200 characters, emoji."""

from __future__ import annotations

from tests.ui.served import Served, example

MARKUP = "<script>document.title='taken'</script><img src=x onerror=alert(1)>"
HEBREW = "קבוצת תמיכה \u202eשמאל"
LONG = "Long-" + "x" * 195
EMOJI = "👩🏽‍⚕️ Group 🌱"
WIDER = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
PATIENTS = {"p01": MARKUP, "p02": LONG, "p03": "\U0001f331 Sprout", "p04": "\u05d0\u05d1\u05d2"}
PATIENTS["p05"] = "Zebulon Quixote"  # looked for in all that the service writes


def odd_clinic(served: Served, clinic: str) -> str:
    """Store it with a planned week; its path."""
    problem = example()
    problem["clinic"] |= {"id": clinic, "name": MARKUP}
    for kind, name in zip(problem["session_types"], (MARKUP, HEBREW, LONG, EMOJI), strict=False):
        kind["name"] = name
    for room, name in zip(problem["rooms"], (LONG, HEBREW, EMOJI), strict=False):
        room["name"] = name
    for clinician, name in zip(problem["clinicians"], (MARKUP, LONG, HEBREW, EMOJI), strict=False):
        clinician["name"] = name
    path = served.store(problem)
    for patient, name in PATIENTS.items():
        answer = served.ask("GET", f"{path}/patients/{patient}")
        body = answer.json() | {"display_name": name}
        served.ask("PUT", f"{path}/patients/{patient}", body, If_Match=answer.headers["ETag"])
    served.solved(path)
    return path
