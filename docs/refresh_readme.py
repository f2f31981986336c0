"""Write into README.md what the commands print: the demo's timetable and the list of commands.

`python docs/refresh_readme.py` refreshes both blocks, `… demo` or `… commands` only that one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
TERMINAL = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}


def main(blocks: list[str]) -> None:
    page = README.read_text(encoding="utf-8")
    for name in blocks or list(WRITERS):
        if name not in WRITERS:
            raise SystemExit(f"no block is named {name}; there are: {', '.join(WRITERS)}")
        page = with_block(page, name, WRITERS[name]())
    README.write_text(page, encoding="utf-8")


def demo() -> str:
    lines = "\n".join(line.rstrip() for line in printed("demo").strip("\n").splitlines())
    return f"```text\n{lines}\n```"


def commands() -> str:
    listed = re.findall(r"^  ([\w-]+) +(.+)$", printed("--help"), re.MULTILINE)
    rows = [f"| `iop-scheduler {name}` | {summary} |" for name, summary in listed]
    return "\n".join(["| command | does |", "|---|---|", *rows])


WRITERS = {"demo": demo, "commands": commands}


def printed(argument: str) -> str:
    """What the command prints, or the end: a README with half of an output is worse than an old one."""
    command = [sys.executable, "-m", "scheduler", argument]
    done = subprocess.run(
        command, cwd=README.parent, env={**os.environ, **TERMINAL}, stdout=subprocess.PIPE, encoding="utf-8"
    )
    if done.returncode != 0:
        raise SystemExit(
            f"README.md is unchanged: iop-scheduler {argument} failed with exit {done.returncode}"
        )
    return done.stdout


def with_block(page: str, name: str, text: str) -> str:
    """The page with the text between the marks of this name; a page without them is an error."""
    block = re.compile(rf"(<!-- {name}:start -->\n).*?(<!-- {name}:end -->)", re.DOTALL)
    fresh, found = block.subn(lambda marks: f"{marks[1]}{text}\n{marks[2]}", page)
    if found != 1:
        raise SystemExit(f"README.md needs exactly one block between the {name} marks, and has {found}")
    return fresh


if __name__ == "__main__":
    main(sys.argv[1:])
