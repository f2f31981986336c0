"""Proven lower bounds of a week's objective, from a linear programme whose prices feed exact personal weeks.

- `linear` a programme in whole numbers; `patients` and `clinic` build it, `rounding` adds rows as they are
  broken.
- `first_order` finds good prices; `safe` turns any prices into a bound without a rounding error in it.
- `relaxation` puts the two together and replaces every patient's part by the exact week at those prices.
- `climb` goes on improving; `process` does so beside the search.
- `worth` reads from the same prices what one more hour, room or seat is worth.
"""

from scheduler.solver.lower_bound.process import BoundProcess

__all__ = ["BoundProcess"]
