"""The clients of examples/, run as their users run them against a real service."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.api.as_started import PROJECT, Served, serving


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service as anybody starts it, over a database with nothing in it."""
    with serving(tmp_path_factory.mktemp("example")) as served:
        yield served


def follow_example(served: Served, *client: str) -> str:
    assert served.key is not None
    words = [*client, served.url, served.key, str(PROJECT / "examples" / "riverside.json"), "1"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def states(served: Served) -> list[str]:
    headers = {"Authorization": f"Bearer {served.key}"}
    listed = httpx.get(f"{served.url}/v1/clinics/riverside/timetables", headers=headers).json()
    return [timetable["status"] for timetable in listed["timetables"]]


def test_the_example_client_goes_from_an_empty_database_to_a_published_week_and_again(empty: Served) -> None:
    client = PROJECT / "examples" / "client.py"
    assert follow_example(empty, sys.executable, str(client)).endswith("published\n")
    assert states(empty) == ["published"]
    assert follow_example(empty, sys.executable, str(client)).endswith("published\n")
    assert states(empty) == ["published", "superseded"]
    assert len(client.read_text().splitlines()) <= 60


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="curl or jq is not installed")
def test_the_same_with_curl(empty: Served) -> None:
    assert '"status": "published"' in follow_example(empty, "sh", str(PROJECT / "examples" / "client.sh"))
    assert states(empty)[0] == "published"
