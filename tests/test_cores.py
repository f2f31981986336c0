"""The cores that a process may use, on pretended trees of control groups of both versions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scheduler.cores import cores_allowed, cores_paid_for


class Machine:
    """A /proc/self and hierarchies of control groups in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.proc = folder, folder / "proc"
        self.proc.mkdir()
        self.memberships: list[str] = []
        self.mounts = ["22 1 0:20 / / rw - ext4 /dev/vda rw"]

    def mounted(self, name: str, kind: str, options: str, root: str = "/") -> Path:
        point = self.folder / "sys" / name
        point.mkdir(parents=True)
        self.mounts.append(f"30 22 0:29 {root} {point} rw,relatime shared:9 - {kind} {kind} {options}")
        return point

    def member(self, line: str) -> None:
        self.memberships.append(line)

    def cores(self) -> float | None:
        (self.proc / "cgroup").write_text("\n".join(self.memberships) + "\n")
        (self.proc / "mountinfo").write_text("\n".join(self.mounts) + "\n")
        return cores_paid_for(self.proc)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def limited(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content + "\n")


def test_a_quota_of_the_unified_hierarchy_counts(machine: Machine) -> None:
    top = machine.mounted("fs", "cgroup2", "rw")
    machine.member("0::/app.slice/solver")
    limited(top / "app.slice" / "solver", cpu__max="150000 100000")
    assert machine.cores() == 1.5


def test_the_smallest_quota_on_the_way_up_counts(machine: Machine) -> None:
    top = machine.mounted("fs", "cgroup2", "rw")
    machine.member("0::/pod/container")
    limited(top / "pod" / "container", cpu__max="max 100000")
    limited(top / "pod", cpu__max="400000 100000")
    limited(top, cpu__max="800000 100000")
    assert machine.cores() == 4.0


def test_no_quota_is_no_limit(machine: Machine) -> None:
    top = machine.mounted("fs", "cgroup2", "rw")
    machine.member("0::/")
    limited(top, cpu__max="max 100000")
    assert machine.cores() is None


def test_a_quota_of_the_older_interface_counts(machine: Machine) -> None:
    top = machine.mounted("cpu,cpuacct", "cgroup", "rw,cpu,cpuacct")
    memory = machine.mounted("memory", "cgroup", "rw,memory")
    machine.member("4:memory:/box")
    machine.member("3:cpu,cpuacct:/box")
    limited(top / "box", cpu__cfs_quota_us="300000", cpu__cfs_period_us="100000")
    limited(memory / "box", cpu__cfs_quota_us="1", cpu__cfs_period_us="100000")
    assert machine.cores() == 3.0


def test_minus_one_is_no_quota(machine: Machine) -> None:
    top = machine.mounted("cpu", "cgroup", "rw,cpu")
    machine.member("1:cpu:/")
    limited(top, cpu__cfs_quota_us="-1", cpu__cfs_period_us="100000")
    assert machine.cores() is None


def test_a_container_sees_its_own_group_at_the_mount_point(machine: Machine) -> None:
    top = machine.mounted("cpu", "cgroup", "rw,cpu", root="/docker/4f2a")
    machine.member("1:cpu:/docker/4f2a")
    limited(top, cpu__cfs_quota_us="200000", cpu__cfs_period_us="100000")
    assert machine.cores() == 2.0


def test_a_group_outside_the_mounted_part_is_judged_by_the_mount_point(machine: Machine) -> None:
    top = machine.mounted("fs", "cgroup2", "rw", root="/elsewhere")
    machine.member("0::/../sibling")
    limited(top, cpu__max="100000 50000")
    assert machine.cores() == 2.0


@pytest.mark.parametrize("nonsense", ["", "max", "a b", "100000 0", "1 2 3"])
def test_what_cannot_be_read_binds_nobody(machine: Machine, nonsense: str) -> None:
    top = machine.mounted("fs", "cgroup2", "rw")
    machine.member("0::/")
    machine.member("nonsense")
    machine.mounts.append("- -")
    limited(top, cpu__max=nonsense)
    assert machine.cores() is None


def test_a_system_without_control_groups_has_affinity_alone(tmp_path: Path) -> None:
    assert cores_paid_for(tmp_path) is None
    assert cores_allowed(tmp_path) >= 1


@pytest.mark.parametrize(("quota", "cores"), [("1", 1), ("99999", 1), ("100000", 1)])
def test_less_than_a_core_is_one_core(machine: Machine, quota: str, cores: int) -> None:
    top = machine.mounted("fs", "cgroup2", "rw")
    machine.member("0::/")
    limited(top, cpu__max=f"{quota} 100000")
    machine.cores()
    assert cores_allowed(machine.proc) == cores


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_affinity_counts_and_the_quota_never_adds_to_it(machine: Machine) -> None:
    top = machine.mounted("fs", "cgroup2", "rw")
    machine.member("0::/")
    limited(top, cpu__max="6400000 100000")
    machine.cores()
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert cores_allowed(machine.proc) == 1
    finally:
        os.sched_setaffinity(0, before)
