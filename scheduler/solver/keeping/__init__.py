"""Which attendances of a timetable can be kept after an event: an exact model of some dates of the week."""

from scheduler.solver.keeping.asking import Asking
from scheduler.solver.keeping.ground import Dates, Ground
from scheduler.solver.keeping.model import Keeping, TooLate
from scheduler.solver.keeping.parts import Kept, Outcome

__all__ = ["Asking", "Dates", "Ground", "Keeping", "Kept", "Outcome", "TooLate"]
