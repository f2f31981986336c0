"""Which attendances of a timetable can be kept after an event: an exact model of some dates of the week."""

from scheduler.solver.keeping.asking import Asking
from scheduler.solver.keeping.model import Dates, Keeping
from scheduler.solver.keeping.parts import Kept, Outcome

__all__ = ["Asking", "Dates", "Keeping", "Kept", "Outcome"]
