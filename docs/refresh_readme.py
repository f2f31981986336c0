"""Print the demo's own output into README.md, between the two demo marks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
BLOCK = re.compile(r"(<!-- demo:start -->\n).*?(<!-- demo:end -->)", re.DOTALL)
TERMINAL = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}


def main() -> int:
    demo = subprocess.run(
        [sys.executable, "-m", "scheduler", "demo"],
        cwd=README.parent,
        env={**os.environ, **TERMINAL},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    if demo.returncode != 0:
        print(f"README.md is unchanged: the demo failed with exit {demo.returncode}", file=sys.stderr)
        return 1
    README.write_text(with_demo(README.read_text(encoding="utf-8"), demo.stdout), encoding="utf-8")
    return 0


def with_demo(page: str, output: str) -> str:
    """The page with its one demo block replaced; a page without the marks is an error, not a silent no-op."""
    lines = "\n".join(line.rstrip() for line in output.strip("\n").splitlines())
    fresh, blocks = BLOCK.subn(lambda m: f"{m[1]}```text\n{lines}\n```\n{m[2]}", page)
    if blocks != 1:
        raise SystemExit(f"README.md needs exactly one block between the demo marks, and has {blocks}")
    return fresh


if __name__ == "__main__":
    sys.exit(main())
