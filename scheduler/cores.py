"""How many processors this process may really use: affinity, and the CPU quota of its container."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import NamedTuple

PROC = Path("/proc/self")


def cores_allowed(proc: Path = PROC) -> int:
    """Whole cores by affinity and by quota, at least one; never the host's number.

    More threads than the quota pays for are worse than none: the kernel stops all of them for the rest of a
    period as soon as they have used it up together.
    """
    quota = cores_paid_for(proc)
    allowed = affine_cores()
    return allowed if quota is None else max(1, min(allowed, int(quota)))


def affine_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def cores_paid_for(proc: Path = PROC) -> float | None:
    """The smallest quota of the process's control group and all above it, in cores; None without any."""
    quotas = [q for folder in _groups(proc) if (q := _quota(folder)) is not None]
    return min(quotas, default=None)


class _Mount(NamedTuple):
    """One mounted hierarchy of control groups; `root` is the group that its mount point shows."""

    root: PurePosixPath
    point: Path
    kind: str
    options: set[str]


def _groups(proc: Path) -> Iterator[Path]:
    """The folders of the process's groups and of their parents, in both versions of the interface."""
    for controllers, group in _memberships(proc):
        for mount in _mounts(proc):
            unified = mount.kind == "cgroup2" and not controllers
            if unified or (mount.kind == "cgroup" and "cpu" in controllers & mount.options):
                yield from _upwards(mount, group)


def _upwards(mount: _Mount, group: PurePosixPath) -> Iterator[Path]:
    """From the group's folder to the mount point; a group outside the mounted part is seen there alone."""
    inside = group.relative_to(mount.root) if group.is_relative_to(mount.root) else PurePosixPath()
    folder = mount.point / inside
    yield folder
    for _ in inside.parts:
        folder = folder.parent
        yield folder


def _memberships(proc: Path) -> Iterator[tuple[set[str], PurePosixPath]]:
    """Controllers (none: the unified hierarchy) and group, from lines such as `4:cpu,cpuacct:/a/b`."""
    for line in _lines(proc / "cgroup"):
        parts = line.split(":", 2)
        if len(parts) == 3:
            yield {c for c in parts[1].split(",") if c}, PurePosixPath(parts[2])


def _mounts(proc: Path) -> Iterator[_Mount]:
    """From lines such as `32 31 0:29 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw`."""
    for line in _lines(proc / "mountinfo"):
        before, dash, after = line.partition(" - ")
        place, what = before.split(" "), after.split(" ")
        if dash and len(place) > 4 and len(what) > 2:
            yield _Mount(PurePosixPath(place[3]), Path(place[4]), what[0], set(what[2].split(",")))


def _quota(folder: Path) -> float | None:
    unified = (_lines(folder / "cpu.max") or [""])[0].split()
    if len(unified) == 2:
        return _ratio(*unified)
    old = [_lines(folder / f"cpu.cfs_{name}_us") for name in ("quota", "period")]
    return _ratio(old[0][0], old[1][0]) if all(old) else None


def _ratio(quota: str, period: str) -> float | None:
    """`max` and -1 mean no quota."""
    with suppress(ValueError, ZeroDivisionError):
        cores = int(quota) / int(period)
        return cores if cores > 0 else None
    return None


def _lines(file: Path) -> list[str]:
    """Its lines, none where it cannot be read: a quota that nobody can see binds nobody here."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
