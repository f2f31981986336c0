"""The small week and the command line of the other command tests."""

from tests.cli.conftest import run, saved, timetable, week

__all__ = ["run", "saved", "timetable", "week"]
