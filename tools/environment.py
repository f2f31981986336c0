"""Build `.venv` for the make targets, with nothing but the standard library of the Python that was found."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".installed"
LOCK = ROOT / ".venv.lock"
INSIDE = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
EXTRAS = ".[test,dev]"


def main() -> None:
    with alone():
        if STAMP.exists() and STAMP.read_text() == fingerprint() and runs(INSIDE):
            STAMP.touch()
            return
        if not runs(INSIDE):
            create()
        say("installing the project and its tools into .venv (a minute or two the first time)")
        pip("install", "--quiet", "--editable", EXTRAS)
        compile_kernels()
        STAMP.write_text(fingerprint())


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time build; the kernel drops the lock when its holder dies, so none goes stale."""
    with LOCK.open("w") as lock:
        try:
            import fcntl
        except ImportError:  # Windows has none; parallel first runs are then the user's own care
            yield
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another make is building .venv; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fingerprint() -> str:
    """What an installed environment depends on: the project's description and this script."""
    parts = [(ROOT / "pyproject.toml").read_bytes(), Path(__file__).read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest() + "\n"


def runs(python: Path) -> bool:
    """A venv whose Python was removed or moved still has the file, so ask it."""
    return (
        python.exists() and subprocess.run([python, "-c", "import pip"], capture_output=True).returncode == 0
    )


def create() -> None:
    say(f"creating .venv with Python {sys.version.split()[0]}")
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        # Some distributions split ensurepip off; a pip outside can still fill the venv.
        venv.create(VENV, clear=True, with_pip=False)
        run(sys.executable, "-m", "pip", "--python", str(INSIDE), "install", "--quiet", "pip")
    else:
        venv.create(VENV, clear=True, with_pip=True)


def pip(*arguments: str) -> None:
    run(str(INSIDE), "-m", "pip", "--disable-pip-version-check", *arguments)


def compile_kernels() -> None:
    """The first call of a kernel costs many seconds; paid here, no command is slow by surprise."""
    if (ROOT / "scheduler" / "solver" / "warm.py").exists():
        say("compiling the search kernels for this machine, once")
        run(str(INSIDE), "-m", "scheduler.solver.warm")


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT)
    if done.returncode != 0:
        stop(f"this step failed (exit {done.returncode}): {' '.join(command)}")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def stop(text: str) -> NoReturn:
    say(text)
    sys.exit(1)


if __name__ == "__main__":
    main()
