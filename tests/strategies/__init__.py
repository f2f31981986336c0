"""Small random weeks for property tests: problems that use every field, timetables legal, nearly so, wild.

Everything is drawn as plain JSON documents. Clinics are tiny and their times crowded, so that every rule is
kept narrowly and broken narrowly all the time.
"""

from tests.strategies.changes import mutated
from tests.strategies.clinics import plain_problem
from tests.strategies.drawing import Doc
from tests.strategies.timetables import is_legal, plan, wild
from tests.strategies.weeks import problems, seeded, weeks

__all__ = ["Doc", "is_legal", "mutated", "plain_problem", "plan", "problems", "seeded", "weeks", "wild"]
