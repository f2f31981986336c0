"""Two strengths of property tests: the same modest sample every time, or many fresh examples.

And the witness of all that services write while tests run.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import processes
from tests.witness import WITNESS, watch_logs

settings.register_profile(
    "default",
    derandomize=True,
    database=None,
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "proof",
    max_examples=2000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

watch_logs(WITNESS)
processes.guard()


@pytest.fixture(scope="session", autouse=True)
def nothing_was_told() -> Iterator[None]:
    """Ends all tests: what they made services write holds no planted name, text, id or key."""
    yield
    processes.all_read()
    assert WITNESS.found() == []
