"""FHIR R4: a Bundle with an Appointment for each patient's place, and what appointments refer to.

One Appointment names one patient, so a group's roster is in none of them. Patients are known by identifier
alone: no Patient resource, no name. Description, comment and reason stay empty; everything is labelled as
restricted (42 CFR Part 2). Who is short of care has an Appointment `waitlist` and an OperationOutcome that
points at it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from scheduler.exports import CannotExport, Extract
from scheduler.exports.identity import appointment_id, stable_id
from scheduler.exports.instants import span_of, week_of, zone_of
from scheduler.timetable import PatientFigures, PlannedSession

Resource = dict[str, Any]

_TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem/"
SECURITY: Final = (
    {"system": _TERMINOLOGY + "v3-Confidentiality", "code": "R"},
    {"system": _TERMINOLOGY + "v3-ActCode", "code": "42CFRPart2"},
)


def write(extract: Extract, namespace: str | None = None, stamp: datetime | None = None) -> bytes:
    """`namespace` begins each identifier's system (default `urn:iop-scheduler:<clinic>:`)."""
    if extract.timetable.status == "superseded":
        raise CannotExport(
            "This timetable is superseded: its appointments would replace those of the published one."
        )
    bundle = _Week(extract, namespace or f"urn:iop-scheduler:{extract.timetable.clinic}:").bundle(stamp)
    return (json.dumps(bundle, ensure_ascii=False, indent=1) + "\n").encode()


class _Week:
    """The resources of one extract; each refers to others by their `urn:uuid:`."""

    def __init__(self, extract: Extract, namespace: str) -> None:
        self.extract = extract
        self.timetable = extract.timetable
        self.namespace = namespace
        self.zone: ZoneInfo = zone_of(extract.timetable)
        self.week_start: date = week_of(extract.timetable)
        self.sessions: Sequence[PlannedSession] = tuple(extract.sessions())

    def bundle(self, stamp: datetime | None) -> Resource:
        entries = [_entry(resource) for resource in self._resources()]
        for patient in self._short():
            entries.append(_entry(self._waiting(patient)))
            entries.append(_entry(self._outcome(patient, f"Bundle.entry[{len(entries) - 1}].resource")))
        subject = self.extract.subject or ("week", "")
        found = _resource("Bundle", self._id("bundle", *subject)) | {"type": "collection"}
        if stamp is not None:
            found["timestamp"] = _instant(stamp.astimezone(UTC))
        return found | {"entry": entries} if entries else found

    def _resources(self) -> Iterator[Resource]:
        for key in _once(s.session_type for s in self.sessions):
            yield self._actor("HealthcareService", "session-type", key) | {"active": True}
        for key in _once(s.room for s in self.sessions if s.room is not None):
            yield self._actor("Location", "room", key) | {"status": "active", "mode": "instance"}
        for key in _once(c for s in self.sessions for c in s.clinicians):
            yield self._actor("PractitionerRole", "clinician", key) | {"active": True}
        yield from {_schedule_key(s): self._schedule(s) for s in self.sessions}.values()
        for session in self.sessions:
            yield self._slot(session)
        for session in self.sessions:
            for patient in sorted(session.patients):
                yield self._appointment(session, patient)

    # -- what is used: the clinic's own ids, under the clinic's own systems --------------------------------

    def _actor(self, kind: str, name: str, key: str) -> Resource:
        return _resource(kind, self._actor_id(name, key)) | {"identifier": [self._identifier(name, key)]}

    def _actor_id(self, name: str, key: str) -> UUID:
        return stable_id(self.timetable.clinic, name, key)

    def _identifier(self, name: str, key: str) -> Resource:
        return {"system": self.namespace + name, "value": key}

    def _actors(self, session: PlannedSession) -> list[Resource]:
        """The service, those who lead it, and the room."""
        named = [("session-type", session.session_type), *(("clinician", c) for c in session.clinicians)]
        if session.room is not None:
            named.append(("room", session.room))
        return [_reference(self._actor_id(name, key)) for name, key in named]

    # -- when -----------------------------------------------------------------------------------------------

    def _schedule(self, session: PlannedSession) -> Resource:
        """What a service, its clinicians and a room do together in the week."""
        found = _identified("Schedule", self._id("schedule", *_schedule_key(session)))
        return found | {"active": True, "actor": self._actors(session), "planningHorizon": self._period}

    def _slot(self, session: PlannedSession) -> Resource:
        """Never free: places are given by the scheduler alone, and a free one would tell how full it is."""
        return _identified("Slot", self._slots[session.id]) | {
            "schedule": _reference(self._id("schedule", *_schedule_key(session))),
            "status": "busy" if self.extract.published else "busy-tentative",
            **self._times(session),
        }

    @cached_property
    def _slots(self) -> dict[str, UUID]:
        """By session id; alike sessions at the same time are told apart by number."""
        seen: Counter[tuple[str, ...]] = Counter()
        found = {}
        for session in Extract(self.timetable).sessions():
            key = (f"{session.start:%Y-%m-%dT%H:%M}", *_schedule_key(session))
            seen[key] += 1
            found[session.id] = self._id("slot", *key, str(seen[key]))
        return found

    def _times(self, session: PlannedSession) -> Resource:
        span = span_of(session, self.extract, self.zone)
        return {"start": _instant(span.start), "end": _instant(span.end)}

    @cached_property
    def _period(self) -> Resource:
        first = datetime.combine(self.week_start, time(), self.zone)
        last = datetime.combine(self.week_start + timedelta(days=7), time(), self.zone)
        return {"start": _instant(first), "end": _instant(last)}

    # -- who ------------------------------------------------------------------------------------------------

    def _appointment(self, session: PlannedSession, patient: str) -> Resource:
        booked = self.extract.published
        status = "accepted" if booked else "needs-action"
        service, *rest = self._actors(session)
        leaders, place = rest[: len(session.clinicians)], rest[len(session.clinicians) :]
        actors = [self._person(patient), *(_leader(a, i) for i, a in enumerate(leaders))]
        actors += [{"actor": actor} for actor in (*place, service)]
        return _identified("Appointment", self._appointments[session.id, patient]) | {
            "status": "booked" if booked else "proposed",
            **self._times(session),
            "minutesDuration": span_of(session, self.extract, self.zone).minutes,
            "slot": [_reference(self._slots[session.id])],
            "participant": [actor | {"required": "required", "status": status} for actor in actors],
        }

    @cached_property
    def _appointments(self) -> dict[tuple[str, str], UUID]:
        """By session and patient, numbered over the whole week: an extract changes no identifier."""
        seen: Counter[tuple[str, str]] = Counter()
        found = {}
        for session in Extract(self.timetable).sessions():
            for patient in session.patients:
                seen[patient, session.session_type] += 1
                number = seen[patient, session.session_type]
                key = appointment_id(self.timetable, "patient", patient, session.session_type, number)
                found[session.id, patient] = key
        return found

    def _person(self, patient: str) -> Resource:
        return {"actor": {"type": "Patient", "identifier": self._identifier("patient", patient)}}

    # -- who is not placed ----------------------------------------------------------------------------------

    def _short(self) -> list[PatientFigures]:
        """Nobody in the extract of a clinician or a room: whom they lack is not about them."""
        if self.extract.clinician or self.extract.room:
            return []
        chosen = self.extract.patient
        return [p for p in self.timetable.patients if p.unmet_minutes and chosen in (None, p.id)]

    def _waiting(self, patient: PatientFigures) -> Resource:
        return _identified("Appointment", self._id("waitlist", patient.id)) | {
            "status": "waitlist",
            "minutesDuration": patient.unmet_minutes,
            "participant": [self._person(patient.id) | {"required": "required", "status": "needs-action"}],
            "requestedPeriod": [self._period],
        }

    def _outcome(self, patient: PatientFigures, place: str) -> Resource:
        """Codes of reasons and not their sentences, which may speak of a patient's life."""
        codes = _once(reason.code for reason in patient.reasons) or ["unmet"]
        return _resource("OperationOutcome", self._id("outcome", patient.id)) | {
            "issue": [
                {
                    "severity": "warning",
                    "code": "business-rule",
                    "details": {"coding": [{"system": self.namespace + "reason", "code": code}]},
                    "expression": [place],
                }
                for code in codes
            ]
        }

    def _id(self, *parts: str) -> UUID:
        return stable_id(self.timetable.clinic, self.timetable.week_start, *parts)


def _schedule_key(session: PlannedSession) -> tuple[str, ...]:
    return (session.session_type, ",".join(session.clinicians), session.room or "-")


def _leader(actor: Resource, place: int) -> Resource:
    """Who leads first is the primary performer, the others are secondary."""
    code = "SPRF" if place else "PPRF"
    return {
        "type": [{"coding": [{"system": _TERMINOLOGY + "v3-ParticipationType", "code": code}]}],
        "actor": actor,
    }


def _resource(kind: str, key: UUID) -> Resource:
    return {"resourceType": kind, "id": str(key), "meta": {"security": list(SECURITY)}}


def _identified(kind: str, key: UUID) -> Resource:
    """With its id as a business identifier too, which survives a server that gives ids of its own."""
    return _resource(kind, key) | {
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{key}"}]
    }


def _entry(resource: Resource) -> Resource:
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}


def _reference(key: UUID) -> Resource:
    return {"reference": f"urn:uuid:{key}"}


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _once(keys: Iterable[str]) -> list[str]:
    """Each once, in the order they first come."""
    return list(dict.fromkeys(keys))
