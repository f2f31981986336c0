"""Consoles: drawn lines and colours on a terminal, bare text in files and pipes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import IO

from rich.console import Console, RenderableType
from rich.text import Text

# What a pipe is given when COLUMNS does not say otherwise.
PIPE_WIDTH = 100


def stdout_console() -> Console:
    return _console(sys.stdout)


def stderr_console() -> Console:
    return _console(sys.stderr)


def _console(stream: IO[str]) -> Console:
    if is_terminal(stream):
        return Console(file=stream, highlight=False)
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isdigit() and int(columns) > 0 else PIPE_WIDTH
    return Console(file=stream, highlight=False, force_terminal=False, color_system=None, width=width)


def is_terminal(stream: IO[str]) -> bool:
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def lines(console: Console, texts: Iterable[str]) -> Iterator[Text]:
    """Sentences wrapped to the console, with what runs over set under its own line."""
    for text in texts:
        indent = " " * (len(text) - len(text.lstrip()) + 2)
        yield Text("\n".join(wrap(text, console.width, subsequent_indent=indent, break_on_hyphens=False)))


def put(console: Console, *parts: RenderableType) -> None:
    """Print; where no terminal reads along, without the blanks that fill a table up to its width."""
    if console.is_terminal:
        console.print(*parts, sep="\n")
        return
    with console.capture() as capture:
        console.print(*parts, sep="\n")
    text = "\n".join(line.rstrip() for line in capture.get().splitlines())
    print(text, file=console.file, flush=True)
