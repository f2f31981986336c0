"""When, from which commit and on what machine figures were taken: figures without these mean little."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from scheduler.cores import cores_allowed

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ortools", "numba", "numpy", "pydantic", "hypothesis")


def circumstances() -> list[tuple[str, str]]:
    return [
        ("commit", commit()),
        ("date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("processor", f"{processor()}, {cores()} cores"),
        ("memory", memory()),
        ("system", f"{platform.system()} {platform.machine()}"),
        ("Python", platform.python_version()),
        ("packages", ", ".join(f"{name} {installed(name)}" for name in PACKAGES)),
    ]


def installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def commit() -> str:
    """The commit, and whether files differ from it: then the figures belong to no commit."""
    head = _git("rev-parse", "HEAD")
    if head is None:
        return "not in a git work tree"
    figures = (":!docs/proof.md", ":!docs/benchmarks.md", ":!docs/benchmarks")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", *figures)
    return f"{head[:12]}, with uncommitted changes" if changed else head[:12]


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def cores() -> int:
    """The cores this process may use; the machine may have more."""
    return cores_allowed()


def memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return "unknown"
    return f"{size / 2**30:.1f} GiB"
