"""Compiled search kernels: plain functions over arrays, translated to machine code by numba.

They release the GIL, so that two searches run on two cores as threads. The translation is kept in
`__pycache__` and made once a machine: `python -m scheduler.solver.warm`.
"""

from __future__ import annotations

import contextlib
import os
from hashlib import sha256
from pathlib import Path


def forget_stale_code(folder: Path) -> None:
    """Drop translations made from other sources.

    Numba looks only at the file of the function that was called, so a change in another kernel that it calls
    would go unnoticed: old code would run.
    """
    cache = _cache(folder)
    sources = sorted([*folder.glob("*.py"), folder.parent.parent / "week.py"])
    digest = sha256(b"".join(p.read_bytes() for p in sources)).hexdigest()
    stamp = cache / "kernels.sha256"
    with contextlib.suppress(OSError):
        if stamp.exists() and stamp.read_text() == digest:
            return
        for old in cache.glob("**/*.nb[ic]"):
            old.unlink(missing_ok=True)
        cache.mkdir(parents=True, exist_ok=True)
        (cache / "kernels.ready").unlink(missing_ok=True)
        stamp.write_text(digest)


def _cache(folder: Path) -> Path:
    return Path(os.environ.get("NUMBA_CACHE_DIR", folder / "__pycache__"))


def translated() -> bool:
    """Whether this machine has machine code of the kernels already: else the first search waits for it."""
    return (_cache(Path(__file__).parent) / "kernels.ready").exists()


def note_translated() -> None:
    with contextlib.suppress(OSError):
        (_cache(Path(__file__).parent) / "kernels.ready").touch()


forget_stale_code(Path(__file__).parent)
