"""`demo`: the example week from end to end."""

from __future__ import annotations

import os
import time

from tests.cli.conftest import program


def test_the_demo_plans_shows_and_verifies_the_example_week_in_twenty_seconds() -> None:
    began = time.monotonic()
    shown = program("demo", env={**os.environ, "COLUMNS": "100"})
    assert time.monotonic() - began < 20
    assert shown.code == 0
    assert "Riverside IOP, week of Monday 30 November 2026" in shown.out
    assert "p02, Riverside IOP" in shown.out
    assert "short of care:" in shown.out
    assert shown.out.splitlines()[-1].endswith("Clean: no rule is broken and every claimed figure is right.")
    assert max(map(len, shown.out.splitlines())) <= 100
