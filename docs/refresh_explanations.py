"""Write into docs/explanations.md what `explain` prints: `python docs/refresh_explanations.py`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explanations.md"


def main() -> None:
    sys.path.insert(0, str(ROOT))
    from tests.ask.explained_week import printed, with_output

    PAGE.write_text(with_output(PAGE.read_text(encoding="utf-8"), printed()), encoding="utf-8")


if __name__ == "__main__":
    main()
