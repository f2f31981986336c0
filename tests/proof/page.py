"""docs/proof.md: a section a proof, renewed alone.

Each has its own commit, date, machine and load.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.proof.circumstances import circumstances
from tests.proof.report import Report

HEAD = """# Proofs

Written by `make proof`; not edited by hand. `make proof PROOFS="service weeks"` renews these two sections;
the others stay, with the commit and the machine that they were taken on."""
SECTION = re.compile(r"<!-- proof (\w+): (\{.*\}) -->\n(.*?)\n<!-- end of \1 -->", re.DOTALL)


@dataclass(frozen=True)
class Section:
    """What one run of one proof left."""

    title: str
    holds: bool
    commit: str
    date: str
    seconds: int
    text: str


def section(report: Report, seconds: float, load_before: float) -> Section:
    facts = dict(circumstances())
    commit, date = facts.pop("commit"), facts.pop("date")
    load = f"load {load_before:.1f} when it began, {load_now():.1f} at its end"
    taken = ", ".join([f"Python {facts.pop('Python')}", *facts.values(), load])
    text = f"{report.markdown(seconds)}\n\n*Commit {commit}, {date}: {taken}.*"
    return Section(report.title, not report.failures, commit, date, round(seconds), text)


def load_now() -> float:
    """How many processes wanted a core in the last minute: durations taken under load say little."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def read(page: Path) -> dict[str, Section]:
    written = page.read_text(encoding="utf-8") if page.exists() else ""
    return {
        name: Section(**json.loads(figures), text=text) for name, figures, text in SECTION.findall(written)
    }


def write(page: Path, sections: Mapping[str, Section], titles: Mapping[str, str]) -> None:
    """The page of all proofs there are; a section of a proof that is gone goes as well."""
    table = Report("")
    table.table(
        ["proof", "what it shows", "holds", "commit", "date", "seconds"],
        [_line(name, title, sections.get(name)) for name, title in titles.items()],
    )
    kept = [_delimited(name, sections[name]) for name in titles if name in sections]
    page.write_text("\n\n".join([HEAD, *table.parts, *kept]) + "\n", encoding="utf-8")


def _line(name: str, title: str, found: Section | None) -> tuple[str, ...]:
    if found is None:
        return name, title, "**not yet run**", "", "", ""
    link = f"[{found.title}](#{_anchor(found.title)})"
    return name, link, "yes" if found.holds else "**no**", found.commit, found.date, f"{found.seconds:,}"


def _anchor(title: str) -> str:
    """The fragment that a Markdown reader gives a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _delimited(name: str, kept: Section) -> str:
    figures = {field: value for field, value in asdict(kept).items() if field != "text"}
    return f"<!-- proof {name}: {json.dumps(figures)} -->\n{kept.text}\n<!-- end of {name} -->"
