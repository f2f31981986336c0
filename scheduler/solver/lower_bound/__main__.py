"""The child of `BoundProcess`: reads a problem, writes bounds, ends with its parent."""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
from typing import IO


def main() -> int:
    stream = sys.stdin.buffer
    body = stream.read(int.from_bytes(stream.read(8), "big"))
    threading.Thread(target=_leave_with_parent, args=(stream,), daemon=True).start()
    threading.Thread(target=_leave_when_adopted, args=(os.getppid(),), daemon=True).start()
    from scheduler.solver.lower_bound.climb import climbing_bounds  # the lifeline before the slow imports
    from scheduler.week import compile_week

    for bound in climbing_bounds(compile_week(pickle.loads(body)), float(sys.argv[1])):
        sys.stdout.write(f"{bound}\n")
        sys.stdout.flush()
    return 0


def _leave_with_parent(stream: IO[bytes]) -> None:
    stream.read()
    os._exit(0)


def _leave_when_adopted(parent: int) -> None:
    """Another child of the parent may have inherited the lifeline and keep it open."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    raise SystemExit(main())
