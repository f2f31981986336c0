"""What can be planned but hardly as meant, seen before any search: warnings, never refusals."""

from __future__ import annotations

from scheduler.intake.foresight.cohorts import warn_of_cohorts
from scheduler.intake.foresight.continuity import warn_of_phases, warn_of_standing
from scheduler.intake.foresight.ignored import warn_of_ignored
from scheduler.intake.foresight.outlook import Outlook
from scheduler.intake.foresight.patients import warn_of_patients
from scheduler.intake.foresight.session_types import warn_of_session_types
from scheduler.intake.place import EnoughFaults, Faults
from scheduler.problem import Problem
from scheduler.setting import setting_of

__all__ = ["foreseen"]


def foreseen(problem: Problem) -> Faults:
    """The warnings of a problem, each with the place that it speaks of."""
    warnings = Faults()
    outlook = Outlook(setting_of(problem), warnings)
    try:
        for warn in (
            warn_of_standing,
            warn_of_session_types,
            warn_of_patients,
            warn_of_cohorts,
            warn_of_phases,
            warn_of_ignored,
        ):
            warn(outlook)
    except EnoughFaults:
        pass  # `warnings` knows that it is not complete
    return warnings
