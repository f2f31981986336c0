"""The first baseline: the whole week as one CP-SAT model of intervals, as a careful engineer writes it.

A session that may be held is a *piece*: a session type on one date with one start variable, and on that start
an optional interval for each clinician who may lead it, each class of rooms that are alike and each patient
who may attend it, switched by presence literals. Clinicians (with buffers) and patients never overlap; rooms
that are alike are one cumulative resource. Groups carry literals for their starts, so that commitments become
(patient, start) pairs. The search begins from the greedy construction, given as a complete hint.

It leaves out, and so is a little narrower than the contract:

- of a group a date holds at most as many sessions as there are pieces: half as many again as an even week
  needs, and one more than the construction holds;
- a clinician with a limited run of sessions works in at most four runs a day (more if the construction does);
- the price of another clinician than the baseline's (`clinician_changed`) is not in its objective.

Pins of sessions that have happened are refused. Its own bound is a bound of this narrower model only.
"""

from tests.bench.whole_week.search import Outcome, search_whole_week

__all__ = ["Outcome", "search_whole_week"]
