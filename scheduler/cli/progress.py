"""The live line of a running search."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

from rich.console import Console
from rich.live import Live
from rich.text import Text

from scheduler.progress import Progress
from scheduler.show import counted


class Watch:
    """Follows a search: `listen` takes its reports from any thread, `tick` is called a few times a second."""

    def __init__(self, console: Console, stop: Event) -> None:
        self._console = console
        self._stop = stop
        self._began = time.monotonic()
        self._latest: Progress | None = None
        self._told_to_stop = False

    def listen(self, progress: Progress) -> None:
        self._latest = progress

    def tick(self) -> None:
        if self._stop.is_set() and not self._told_to_stop:
            self._told_to_stop = True
            self._console.print("Stopping; the best timetable so far is kept. Ctrl-C again ends at once.")

    def line(self) -> Text:
        """As of now: the clock runs on between reports."""
        state = "stopping" if self._stop.is_set() else self._latest.phase if self._latest else "preparing"
        parts = [state, f"{time.monotonic() - self._began:.0f} s"]
        if self._latest:
            parts += describe(self._latest)
        return Text("  ".join(parts), no_wrap=True, overflow="ellipsis")


class Lines(Watch):
    """A line a report, for a log."""

    def listen(self, progress: Progress) -> None:
        super().listen(progress)
        parts = [progress.phase, f"{progress.seconds:.1f} s", *describe(progress)]
        self._console.print("  ".join(parts), soft_wrap=True)


@contextmanager
def live(watch: Watch, console: Console) -> Iterator[None]:
    with Live(console=console, get_renderable=watch.line, refresh_per_second=8, transient=True):
        yield


def describe(progress: Progress) -> list[str]:
    return [
        f"best {progress.best:,}",
        f"bound {progress.bound:,}",
        f"gap {percent(progress.gap)}",
        f"{counted(progress.patients_short, 'patient')} short",
    ]


def percent(share: float) -> str:
    """One digit, but never a zero that is none."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{share:.1%}".replace("%", " %")
