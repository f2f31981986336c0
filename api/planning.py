"""From a request to a queued timetable row: checked, within the quota, once for an Idempotency-Key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api import documents as d
from api.access import Caller
from api.errors import ApiError, Refused, TooMany
from api.judging import conflict, faults_of, form_faults, moved_to_week
from api.paths import known_clinic
from api.service import Service
from api.store import clinics
from api.store.columns import now
from api.store.models import Idempotency, Status, Timetable
from api.store.timetables import last_published, new_id, unfinished_in_lane
from api.weekly import week_problem
from scheduler.errors import Fault
from scheduler.problem import parse_date

Json = dict[str, Any]
PROBLEM_PARTS = ("week_start", "baseline", "pins", "weights")
REQUESTED = ("/clinic/week_start", "/baseline", "/pins", "/weights")


class KeyReused(ApiError):
    status = 422
    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used for another request"


@dataclass(frozen=True, slots=True)
class Once:
    """An Idempotency-Key and what it was sent with; only hashes are kept."""

    key_hash: str
    fingerprint: str

    @classmethod
    def of(cls, key: str | None, call: str, body: Json) -> Once | None:
        if key is None:
            return None
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
        sent = hashlib.sha256(f"{call}\n{canonical}".encode()).hexdigest()
        return cls(hashlib.sha256(key.encode()).hexdigest(), sent)

    def answered(self, session: Session, owner: str, hours: int) -> str | None:
        """The timetable that this key has made already; refused when it was for something else."""
        found = session.get(Idempotency, (owner, self.key_hash))
        if found is None:
            return None
        if found.created_at < now() - timedelta(hours=hours):
            session.delete(found)
            session.flush()
            return None
        if found.fingerprint != self.fingerprint:
            raise KeyReused("Send a new key with a new request, or the same body again.")
        return found.timetable_id


@dataclass(frozen=True, slots=True)
class Plan:
    """What a row is made from."""

    clinic_id: str | None
    lane: str
    week_start: str
    problem: Json
    options: Json


# -- a week of a stored clinic ------------------------------------------------------------------------------


def plan_stored(service: Service, caller: Caller, clinic_id: str, given: Json, once: Once | None) -> str:
    """Queue a timetable for a stored clinic and answer its id."""
    with service.sessions.read() as session:
        known_clinic(session, caller, clinic_id)
        if once and (made := once.answered(session, caller.actor, service.settings.idempotency_hours)):
            return made
        plan = _stored_plan(service, session, caller, clinic_id, given)
    return _queue(service, caller, plan, once)


def _stored_plan(service: Service, session: Session, caller: Caller, clinic_id: str, given: Json) -> Plan:
    clinic = known_clinic(session, caller, clinic_id)
    people = clinics.patients(session, clinic_id)
    faults = _option_faults(service, given)
    problem = week_problem(session, clinic, people, given.get("week_start"))
    problem["baseline"] = _baseline(session, clinic_id, given, faults)
    problem["pins"] = given.get("pins")
    problem["weights"] = _weights(problem, given)
    found = faults_of(problem)
    faults += [_as_sent(f) for f in found if f.pointer.startswith(REQUESTED)]
    if faults:
        raise Refused(faults)
    if found:
        raise conflict(found, [p.id for p in people])
    return Plan(clinic_id, clinic_id, given["week_start"], problem, options_of(given))


def _weights(problem: Json, given: Json) -> Any:
    """The clinic's own weights with those of the request in their place."""
    asked = given.get("weights")
    return {**(problem.get("weights") or {}), **asked} if isinstance(asked, dict) else asked


def _option_faults(service: Service, given: Json) -> list[Fault]:
    """What is not part of a problem: how to search."""
    options = {name: value for name, value in given.items() if name not in PROBLEM_PARTS}
    faults = form_faults(d.SolveOptions, options)
    limit = given.get("time_limit")
    if isinstance(limit, int | float) and limit > service.settings.time_limit_max:
        faults.append(
            Fault("/time_limit", f"at most {service.settings.time_limit_max:g} seconds here", "too_long")
        )
    return faults


def _as_sent(fault: Fault) -> Fault:
    place = fault.pointer.removeprefix("/clinic")
    return Fault(place, fault.message, fault.code)


def _baseline(session: Session, clinic_id: str, given: Json, faults: list[Fault]) -> Any:
    """Sessions as given, of a named timetable, or of the last published week up to the one planned."""
    asked, week_start = given.get("baseline"), _date(given.get("week_start"))
    if week_start is None:
        return None
    if isinstance(asked, dict) and "timetable" in asked:
        row = _named(session, clinic_id, asked, faults)
    elif asked is not None:
        return asked
    else:
        row = last_published(session, clinic_id, week_start.isoformat())
    if row is None or row.result is None:
        return None
    return {"sessions": moved_to_week(row.result["sessions"], week_start)}


def _named(session: Session, clinic_id: str, asked: Json, faults: list[Fault]) -> Timetable | None:
    faults += [Fault(f"/baseline{f.pointer}", f.message, f.code) for f in form_faults(d.PlannedWeek, asked)]
    row = session.get(Timetable, asked["timetable"]) if not faults else None
    if row is not None and row.clinic_id == clinic_id and row.result is not None:
        return row
    faults.append(Fault("/baseline/timetable", "no timetable of this clinic with sessions", "unknown_id"))
    return None


def _date(value: Any) -> date | None:
    try:
        return parse_date(value)
    except ValueError:  # told by the library, with its pointer
        return None


def options_of(given: Json) -> Json:
    """The search options with their defaults."""
    defaults = d.SolveOptions()
    return {name: given.get(name) if given.get(name) is not None else value for name, value in defaults}


# -- a whole problem from elsewhere -------------------------------------------------------------------------


def plan_sent(service: Service, caller: Caller, problem: Json, options: Json, once: Once | None) -> str:
    """Queue a timetable for a whole problem document and answer its id."""
    if once:
        with service.sessions.read() as session:
            if made := once.answered(session, caller.actor, service.settings.idempotency_hours):
                return made
    if options["time_limit"] > service.settings.time_limit_max:
        limit = service.settings.time_limit_max
        raise Refused([Fault("", f"query parameter time_limit: at most {limit:g} seconds here", "too_long")])
    faults = faults_of(problem)
    if faults:
        raise Refused(faults)
    plan = Plan(None, caller.actor, problem["clinic"]["week_start"], problem, options)
    return _queue(service, caller, plan, once)


# -- the row ------------------------------------------------------------------------------------------------


def _queue(service: Service, caller: Caller, plan: Plan, once: Once | None) -> str:
    """One transaction: quota, key, row, job, audit."""
    hours = service.settings.idempotency_hours
    try:
        with service.sessions.write() as session:
            _lock_lane(session, plan.lane)
            if once and (made := once.answered(session, caller.actor, hours)):
                return made
            _require_quota(session, service, plan.lane)
            row = _row(caller, plan)
            session.add(row)
            if once:
                session.add(
                    Idempotency(
                        owner=caller.actor,
                        key_hash=once.key_hash,
                        fingerprint=once.fingerprint,
                        timetable_id=row.id,
                    )
                )
            session.flush()
            service.engine.enqueue(session, row.id)
            service.audit.change(session, caller, "timetable.plan", plan.clinic_id, timetable_id=row.id)
            return row.id
    except IntegrityError:  # the same key, in the same moment, for another clinic
        with service.sessions.read() as session:
            made = once.answered(session, caller.actor, hours) if once else None
        if made is None:
            raise
        return made


def _row(caller: Caller, plan: Plan) -> Timetable:
    return Timetable(
        id=new_id(),
        clinic_id=plan.clinic_id,
        lane=plan.lane,
        owner=caller.actor,
        week_start=plan.week_start,
        status=Status.QUEUED,
        problem=plan.problem,
        options=plan.options,
    )


def _lock_lane(session: Session, lane: str) -> None:
    """Two posts of one clinic are counted one after the other; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lane, 0))"), {"lane": lane})


def _require_quota(session: Session, service: Service, lane: str) -> None:
    quota = service.settings.clinic_quota
    if unfinished_in_lane(session, lane) >= quota:
        raise TooMany(
            f"At most {quota} timetables of a clinic wait or run at once; wait for one or cancel one.",
            retry_after=15,
            code="quota",
        )
