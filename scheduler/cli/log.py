"""The log of a search for a researcher: one JSON line a report, and at the end one with the solver block."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import IO, Any

from scheduler.cli.failure import CommandFailed
from scheduler.progress import Progress
from scheduler.timetable import Timetable


class SearchLog:
    """Every line is flushed as it is written, so that the file can be followed while the search runs."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def report(self, progress: Progress) -> None:
        self._line(asdict(progress) | {"seconds": round(progress.seconds, 3), "gap": round(progress.gap, 6)})

    def close(self, timetable: Timetable) -> None:
        self._line({"solver": timetable.solver})

    def _line(self, content: dict[str, Any]) -> None:
        self._file.write(json.dumps(content) + "\n")
        self._file.flush()


@contextmanager
def search_log(path: str | None) -> Iterator[SearchLog | None]:
    """The log in a file of that name, begun anew; None where no log is asked for."""
    if path is None:
        yield None
        return
    try:
        file = open(path, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - what fails inside is no open failure
    except OSError as error:
        raise CommandFailed(
            f"{path} cannot be written: {(error.strerror or 'unknown reason').lower()}."
        ) from None
    with file:
        yield SearchLog(file)
