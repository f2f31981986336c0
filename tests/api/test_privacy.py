"""Planted names, commitment texts, keys and ids turn up nowhere but in the bodies they belong to."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from api import examples
from api.store.models import AuditEntry
from tests.api.databases import upgraded
from tests.api.door import Door, service_on
from tests.witness import PLANTED_ID as PATIENT
from tests.witness import WITNESS, Witness

NAME, TEXT = "Zebulon Quixote", "custody hearing about Aloysius"
PERSON = {**examples.PATIENT, "display_name": NAME}


class Everything(logging.Handler):
    """Every log record as it would be written, and its raw parts."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        own = next(h for h in logging.getLogger().handlers if h is not self and h.formatter is not None)
        self.written.append(own.format(record))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Door, Everything, list[str]]]:
    """A service that has met the planted words in every way, its logs, and the texts of its errors."""
    url = upgraded(f"sqlite:///{tmp_path_factory.mktemp('privacy') / 'a.db'}")
    structlog.reset_defaults()
    with service_on(url, log_level="debug") as door:
        everything = Everything()
        logging.getLogger().addHandler(everything)
        errors = meet_the_words(door)
        door.service.audit.flush()
        yield door, everything, errors
        logging.getLogger().removeHandler(everything)


def meet_the_words(door: Door) -> list[str]:
    """Calls that succeed and calls that fail, all with planted words; the texts of the failures."""
    clinic = door.clinic(patients=2)
    patient = f"{clinic}/patients/{PATIENT}"
    noted = {"id": "x", "days": ["mon"], "start": "09:00", "end": "10:00", "note": TEXT, TEXT: 1}
    answers = [
        door.put(patient, PERSON),
        door.get(patient),
        door.get(f"{clinic}/patients"),
        door.put(patient, PERSON),
        door.put(patient, {**PERSON, "program": "nowhere"}, If_Match="*"),
        door.put(patient, {**PERSON, "name": NAME}, If_Match="*"),
        door.put(patient, {**PERSON, "display_name": NAME + "\x07"}, If_Match="*"),
        door.put(f"{patient}/commitments", {"commitments": [noted]}, If_Match="*"),
        door.put(
            f"{clinic}/patients", {"patients": [{"id": PATIENT, **PERSON, "priority": NAME}]}, If_Match="*"
        ),
        door.post(f"{clinic}/timetables", {"week_start": NAME}),
        door.post(f"{clinic}/timetables", examples.PLAN, Prefer="wait=20", Idempotency_Key=NAME),
        door.post("/v1/timetables", {"patients": [{"id": "p", "name": NAME}]}),
        door.get(f"/v1/clinics/{NAME}"),
        door.get(f"{clinic}/patients?cursor={NAME}"),
        door.get(f"{clinic}/nowhere/{PATIENT}"),
        Door(door.client, door.service, f"{(door.key or '')[:-1]}!").get(patient),
        door.client.post("/v1/session", json={"key": door.key}),
        door.client.post("/v1/session", json={"key": NAME}),
    ]
    answers += ask_with_the_words(door, clinic)
    break_the_service(door, patient)
    return [a.text for a in answers if a.status_code >= 400]


def ask_with_the_words(door: Door, clinic: str) -> list[httpx.Response]:
    """Questions about a timetable with the planted patient in it, rightly and wrongly put."""
    week = door.solved(clinic)
    what_if = {"id": PATIENT, **PERSON}
    court = {"id": "c", "kind": TEXT, "days": ["mon"], "start": "09:00", "end": "10:00"}
    return [
        door.post(f"{week}/placements", {"patient": what_if}),
        door.post(f"{week}/placements", {"patient": {**what_if, "commitments": [court]}}),
        door.post(f"{week}/placements", {"patient": NAME}),
        door.post(f"{week}/check", [{"session": NAME, "set": {"add": [NAME]}}]),
        door.post(f"{week}/moves", [{"session": "s1", "set": {"remove": [PATIENT]}}], If_Match="*"),
        door.post(f"{week}/moves", [{"session": "s1", "set": {"start": TEXT}}], If_Match="*"),
        door.post(f"{week}/repairs", {"from": TEXT, "patients": [what_if], "leavers": [NAME]}),
        door.get(f"{week}/targets/{NAME}"),
        door.get(f"{week}/diff/{NAME}"),
        door.get(f"{week}/export?format=csv&patient={PATIENT}"),
        door.get(f"{week}/export?format=xlsx&patient={NAME}"),
    ]


def break_the_service(door: Door, patient: str) -> None:
    """An exception with planted words in its message, out of the middle of a call."""
    audit, read = door.service.audit, door.service.audit.read

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"{NAME} {TEXT} {PATIENT} {door.key}")

    audit.read = broken  # type: ignore[method-assign]
    answer = door.get(patient)
    audit.read = read  # type: ignore[method-assign]
    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:iop-scheduler:problem:internal"
    assert NAME not in answer.text


Told = tuple[Door, Everything, list[str]]


def test_logs_hold_none_of_the_words_and_tell_calls_by_their_routes(told: Told) -> None:
    door, everything, _ = told
    logs = "\n".join(everything.written)
    assert door.key is not None
    for word in (NAME, "Zebulon", TEXT, "custody", PATIENT, door.key.partition(".")[2]):
        assert word not in logs
    assert '"route": "/v1/clinics/{clinic_id}/patients/{patient_id}"' in logs
    failure = next(json.loads(line) for line in everything.written if "request_failed" in line)
    assert failure["error"] == "RuntimeError"
    assert "test_privacy.py" in failure["where"]


def test_whoever_watches_all_these_tests_sees_what_is_written(told: Told) -> None:
    door, _, _ = told
    assert any('"route": "/v1/timetables/{timetable_id}/moves"' in line for line in WITNESS.lines)
    assert (door.key or "").partition(".")[2] in WITNESS.secrets
    assert WITNESS.found() == []


def test_a_secret_given_out_once_is_looked_for_from_then_on() -> None:
    watcher, feed, hook, key = Witness(), "f" * 43, "whsec_" + "w" * 43 + "=", "k" * 43
    watcher.given_out(f'{{"url": "http://x/v1/feeds/{feed}.ics", "secret": "{hook}"}}')
    watcher.written(["First key; it is shown this once:\n", f"    iop0123456789ab.{key}\n"])
    assert watcher.found() == []
    told = [f"GET /v1/feeds/{feed}.ics", f"signed with {hook}", f"Bearer iop0123456789ab.{key}"]
    watcher.written(told)
    assert watcher.found() == told


def test_metrics_hold_none_of_the_words(told: Told) -> None:
    door, _, _ = told
    metrics = door.nobody().get("/metrics").text
    assert 'route="/v1/clinics/{clinic_id}/patients/{patient_id}"' in metrics
    assert "iop_queue_depth 0.0" in metrics
    for word in ("Zebulon", "custody", PATIENT, "clinic-"):
        assert word not in metrics


def test_error_texts_hold_no_name_and_no_commitments_text(told: Told) -> None:
    _, _, errors = told
    assert len(errors) >= 18
    for error in errors:
        document = json.loads(error)
        sentences = [
            document["detail"],
            document["title"],
            *(e["message"] for e in document.get("errors", ())),
        ]
        for sentence in sentences:
            assert "Zebulon" not in sentence, document
            assert "custody" not in sentence, document


def test_the_audit_log_holds_ids_and_no_words(told: Told) -> None:
    door, _, _ = told
    with door.service.sessions.read() as session:
        rows = [vars(entry) for entry in session.query(AuditEntry)]
    whole = str(rows)
    assert PATIENT in whole
    for word in ("Zebulon", "custody", (door.key or "").partition(".")[2]):
        assert word not in whole


def test_urls_that_the_service_gives_out_name_no_patient_but_in_the_path(told: Told) -> None:
    door, _, _ = told
    clinic = door.clinic(patients=3)
    following = door.get(f"{clinic}/patients?limit=1").json()["next"]
    assert "p1" not in following
    assert len(following) == 32


def test_database_errors_do_not_carry_their_parameters(tmp_path: Path) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from api.store.database import open_database

    sessions = open_database(upgraded(f"sqlite:///{tmp_path / 'a.db'}"))
    with pytest.raises(SQLAlchemyError) as failure, sessions.write() as session:
        session.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": NAME})
    assert NAME not in str(failure.value)


def test_a_fault_still_tells_what_was_expected_and_which_id_is_unknown(told: Told) -> None:
    door, _, _ = told
    path = f"{door.clinic(patients=0)}/patients/p9"
    bad = {
        "program": "nowhere",
        "priority": "first",
        "commitments": [{"id": "x", "start": NAME, "end": "10:00"}],
    }
    errors = {e["pointer"]: e["message"] for e in door.put(path, bad).json()["errors"]}
    assert errors["/program"] == 'no program has the id "nowhere"'
    assert errors["/priority"] == "expected a whole number, got something else"
    assert errors["/commitments/0/start"].startswith('expected a time "HH:MM"')
