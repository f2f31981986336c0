"""What keeps one patient from every start of a session type and from every group that is held."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scheduler.explain.busy import Busy
from scheduler.explain.causes import Cause
from scheduler.explain.clinic import Bools, ClinicPlaces, Masks, overlapping
from scheduler.one_patient import ties_of
from scheduler.problem import Mode, Patient
from scheduler.rules import audience, cohort, delivery
from scheduler.rules.facts import Held


class Barriers:
    """Per place of one patient the causes against it: their own, the clinic's, others'."""

    def __init__(self, clinic: ClinicPlaces, patient: Patient) -> None:
        self.clinic, self.patient = clinic, patient
        self.week, self.setting = clinic.week, clinic.facts.setting
        self.p = clinic.week.patient_index[patient.id]
        self.needed = [t for t, kind in enumerate(clinic.types) if clinic.a.need_of[self.p, t] >= 0]
        self.attended: tuple[Held, ...] = clinic.facts.by_patient.get(patient.id, ())
        alone = [s for s in self.attended if len(s.patients) == 1]
        self._who: dict[int, NDArray[np.bool_]] = {}
        self.busy: Busy = clinic.busy_without(alone)
        self._own_leaders = sorted({clinic.week.clinician_index[c] for s in alone for c in s.clinicians})

    @cached_property
    def short(self) -> list[int]:
        """Types of which the patient lacks sessions, or could make up care minutes with."""
        week = self.clinic.week_of(self.patient.id)
        counts = week.requirement_counts
        lacking = {t for n in week.entitlement.requirements if counts[n.id] < n.minimum for t in n.any_of}
        care = week.care_minutes < week.entitlement.care_min
        kinds = self.clinic.types
        return [t for t in self.needed if kinds[t].id in lacking or (care and kinds[t].counts_as_care)]

    # -- the patient's own side -----------------------------------------------------------------------------

    @cached_property
    def own(self) -> dict[int, Masks]:
        """Per needed type, [slot]: the patient's own causes."""
        return {t: self._own(t) for t in self.needed}

    def _own(self, t: int) -> Masks:
        kind, slot = self.clinic.types[t], self.clinic.slot
        found = np.zeros(self.clinic.slots, np.int64)
        for cause, rule in ((Cause.AUDIENCE, audience), (Cause.DELIVERY, delivery), (Cause.COHORT, cohort)):
            if rule.bars(self.setting, self.patient, kind) is not None:
                found |= cause
        calendar = self.week.calendar
        for cause, days in (
            (Cause.ACTIVE, calendar.active_days[self.patient.id]),
            (Cause.AUTHORIZATION, calendar.authorized_days[self.patient.id]),
        ):
            allowed = np.repeat([d in days for d in range(7)], self.clinic.a.day)
            found[~allowed] |= cause
        taken = overlapping(kind.minutes, calendar.busy(self.patient, in_person=False), slot)
        widened = overlapping(kind.minutes, calendar.busy(self.patient, kind.in_person), slot)
        found[taken] |= Cause.COMMITMENT
        found[widened & ~taken] |= Cause.TRAVEL
        return found

    # -- sessions that could be opened ----------------------------------------------------------------------

    @cached_property
    def openings(self) -> dict[int, Masks]:
        """Per needed type, [slot]: what keeps the clinic from holding one more session for the patient."""
        return {t: self._opening(t) for t in self.needed}

    def _opening(self, t: int) -> Masks:
        kind, clinic = self.clinic.types[t], self.clinic
        found: Masks = clinic.roomed[t].copy()
        found[~clinic.a.ok[t]] |= Cause.CLOSED
        found |= self._staffing(t) | self._rooming(t)
        if kind.id in self.setting.cohorts_of:
            own = [k for k in self.setting.cohorts_of[kind.id] if self.patient.id in k.patients]
            meets = np.zeros(clinic.slots, np.bool_)
            for k in own:
                meets |= clinic.a.cohort_ok[self.week.cohort_index[k.id], t]
            found[~meets] |= Cause.COHORT_MEETS
            found |= Cause.NOT_HELD
        elif kind.mode is Mode.GROUP and kind.size_min > 1:
            found[self._without_company(t)] |= Cause.TOO_FEW
            found |= Cause.NOT_HELD
        return found

    def _without_company(self, t: int) -> Bools:
        """Fewer could come than the group needs, the patient asked about counted in wherever they are."""
        others = self.clinic.could_come[t] - self.clinic.a.pok[self.p, t]
        return np.asarray(others + 1 < self.clinic.a.size_min[t])

    def company(self, t: int, u: int) -> tuple[int, int]:
        """Others who may come to one more session of the type then and are in none at that time; and how
        many of them are short of it.
        """
        clinic, end = self.clinic, u + int(self.clinic.a.length[t])
        free = clinic.a.pok[:, t, u] & (clinic.attending[:, end] == clinic.attending[:, u])
        free[self.p] = False
        return int((free & clinic.open_to_more[:, t]).sum()), int((free & clinic.lacking[:, t]).sum())

    def who(self, t: int) -> NDArray[np.bool_]:
        """[entry, clinician]: who may fill it for this patient."""
        if t not in self._who:
            self._who[t] = self.clinic.qualified(t, int(self.clinic.a.primary[self.p]))
        return self._who[t]

    def _staffing(self, t: int) -> Masks:
        clinic, who = self.clinic, self.who(t)
        found = np.zeros(clinic.slots, np.int64)
        if not len(who):
            return found
        if not clinic.staffed(who, np.ones((who.shape[1], 1), np.bool_))[0]:
            return found | int(Cause.CREDENTIAL)
        there = clinic.there_for(t, int(clinic.a.primary[self.p]))
        on_site = clinic.staffed(who, there)
        found[~on_site] = Cause.ON_SITE
        engaged, loaded = self.occupied(t)
        free = clinic.staffed(who, there & ~engaged & ~loaded)
        unloaded = clinic.staffed(who, there & ~engaged)  # only loads are in the way
        unengaged = clinic.staffed(who, there & ~loaded)
        found[on_site & ~free & (unengaged | ~unloaded)] |= Cause.CLINICIAN_BUSY
        found[on_site & ~free & ~unengaged] |= Cause.CLINICIAN_LOAD
        return found

    def occupied(self, t: int) -> tuple[Bools, Bools]:
        """[clinician, slot]: in other sessions, at a limit; both for a session of the type.

        Only whoever leads a session of the patient's own is freer than in the timetable as it is.
        """
        engaged, loaded = self.clinic.occupied(t)
        if self._own_leaders:
            engaged, loaded = engaged.copy(), loaded.copy()
            engaged[self._own_leaders] = self.clinic.engaged(self.busy, t, self._own_leaders)
            loaded[self._own_leaders] = self.clinic.loaded(self.busy, t, self._own_leaders)
        return engaged, loaded

    def _rooming(self, t: int) -> Masks:
        clinic, kind = self.clinic, self.clinic.types[t]
        found = np.zeros(clinic.slots, np.int64)
        if kind.room is None:
            return found
        rooms = [r for r in clinic.rooms_for(kind) if clinic.a.capacity[r] >= kind.size_min]
        if rooms:
            opened = clinic.open_rooms(kind, rooms)
            free = (opened & ~clinic.room_taken(self.busy, t, rooms)).any(axis=0)
            found[opened.any(axis=0) & ~free] |= Cause.ROOM_BUSY
        return found

    # -- sessions that are held -----------------------------------------------------------------------------

    @cached_property
    def joinable(self) -> list[tuple[Held, int]]:
        """Held groups of the patient's types that they are not in, each with all causes against joining."""
        found = []
        for t in self.needed:
            own, primary = self.own[t], self.clinic.a.primary_entry[t].any()
            for session, closed in self.clinic.closed_groups.get(self.clinic.types[t].id, ()):
                if self.patient.id in session.patients or session.start % self.clinic.slot:
                    continue
                mask = int(own[session.start // self.clinic.slot]) | closed
                if self.apart and not self.apart.isdisjoint(session.patients):
                    mask |= Cause.APART
                if primary and not self._may_be_led(session, t):
                    mask |= Cause.CREDENTIAL
                found.append((session, int(mask)))
        return found

    def _may_be_led(self, session: Held, t: int) -> bool:
        """Whether its clinicians may fill their entries for this patient."""
        who = self.who(t)
        led = [self.week.clinician_index[c] for c in session.clinicians[: len(who)]]
        u = session.start // self.clinic.slot
        there = self.clinic.there_for(t, int(self.clinic.a.primary[self.p]))
        covering = self.clinic.a.covers[int(self.clinic.a.primary[self.p])]
        return all(who[f, c] and (there[c, u] or not covering[c]) for f, c in enumerate(led))

    @cached_property
    def apart(self) -> frozenset[str]:
        pairs = (pair for pair in self.setting.problem.apart if self.patient.id in pair)
        return frozenset(q for pair in pairs for q in pair) - {self.patient.id}

    @cached_property
    def ties(self) -> dict[str, Cause]:
        """What keeps the patient in sessions that they attend, by id; they may leave all others."""
        own = [s.given for s in self.attended]
        found = ties_of(self.setting.problem, self.setting, own, self.patient.id)
        return {name: Cause.PIN if tie == "pin" else Cause.NEEDED for name, tie in found.items()}

    # -- the week as a whole --------------------------------------------------------------------------------

    @cached_property
    def limiting(self) -> Cause:
        rights = self.setting.entitlements[self.patient.id]
        holds = {
            Cause.CARE_MAX: rights.care_max is not None,
            Cause.DAY_CARE_MAX: rights.day_care_max is not None,
            Cause.DAYS_MAX: rights.days_max is not None,
            Cause.IDLE_MAX: rights.idle_max is not None,
            Cause.DAY_CARE_MIN: "day_care_min" in rights.enforced and rights.day_care_min > 0,
            Cause.DAYS_MIN: "days_min" in rights.enforced and rights.days_min > 0,
            Cause.GAP: "gap" in rights.enforced and rights.gap_max is not None,
            Cause.SERVICES_MIN: "services_min" in rights.enforced and rights.services_min > 0,
            Cause.GROUP_DAILY: "group_daily" in rights.enforced and rights.group_daily,
            Cause.AUTHORIZED_DAYS: rights.authorized_days is not None,
            Cause.AUTHORIZED_MINUTES: rights.authorized_minutes is not None,
            Cause.MAX_PER_DAY: any(self.clinic.types[t].max_per_day is not None for t in self.needed),
            Cause.REQUIREMENT_MAX: any(n.maximum is not None for n in rights.requirements),
        }
        found = Cause(0)
        for cause, held in holds.items():
            if held:
                found |= cause
        return found
