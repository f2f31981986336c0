"""Patients without a free hour, and authorizations that end before the week's minimum."""

from __future__ import annotations

from typing import Final

from scheduler.intake.foresight.minutes import lasting, minutes_in, minutes_of_days
from scheduler.intake.foresight.outlook import Outlook
from scheduler.intake.place import Steps
from scheduler.problem import Patient

HOUR: Final = 60


def warn_of_patients(outlook: Outlook) -> None:
    calendar = outlook.setting.calendar
    for index, patient in enumerate(outlook.setting.problem.patients):
        days = calendar.active_days[patient.id] & calendar.authorized_days[patient.id]
        _free_hour(outlook, ("patients", index), patient, days)
        _authorization(outlook, ("patients", index, "authorized"), patient, len(days & calendar.open_days))


def _free_hour(outlook: Outlook, steps: Steps, patient: Patient, days: frozenset[int]) -> None:
    deliveries = (True, False) if patient.telehealth else (True,)
    for in_person in deliveries:
        busy = minutes_in(outlook.setting.calendar.busy(patient, in_person))
        if lasting(outlook.open[in_person] & minutes_of_days(days) & ~busy, HOUR):
            return
    message = "no hour of the opening hours is free of hard commitments on an active and authorized date"
    outlook.warn(steps, "no_free_hour", message)


def _authorization(outlook: Outlook, steps: Steps, patient: Patient, usable_days: int) -> None:
    entitlement = outlook.setting.entitlements[patient.id]
    minutes, days = patient.authorized.minutes, patient.authorized.days
    dated = patient.authorized.from_ is not None or patient.authorized.until is not None
    if minutes is not None and minutes < entitlement.care_min:
        message = f"{minutes} care minutes are authorized, the week asks for {entitlement.care_min}"
        outlook.warn((*steps, "minutes"), "authorized_below_minimum", message)
    if days is not None and days < entitlement.days_min:
        message = f"{days} care days are authorized, the week asks for {entitlement.days_min}"
        outlook.warn((*steps, "days"), "authorized_below_minimum", message)
    elif dated and usable_days < entitlement.days_min:
        message = f"{usable_days} open dates are authorized, the week asks for {entitlement.days_min} days"
        outlook.warn(steps, "authorized_below_minimum", message)
