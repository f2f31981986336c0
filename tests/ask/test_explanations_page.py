"""docs/explanations.md shows what is printed, and lists every code there is."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import scheduler.rules
from scheduler.explain import sentences, telling
from scheduler.explain.changes.least import NAMES
from scheduler.explain.reasons import Reasoning
from scheduler.finding import Words
from scheduler.rules.facts import Facts
from tests.ask import explained_week
from tests.ask.test_explain_reasons import WAYS, clinic, planned
from tests.oracle import judge
from tests.proof.proof_explanations import written

PAGE = (Path(__file__).parents[2] / "docs" / "explanations.md").read_text(encoding="utf-8")


def words_of(module: ModuleType) -> set[str]:
    found = [value for value in vars(module).values() if isinstance(value, Words)]
    found += [w for value in vars(module).values() if isinstance(value, dict) for w in value.values()
              if isinstance(w, Words)]  # fmt: skip
    return {words.code for words in found}


def listed() -> set[str]:
    section = PAGE.split("## How to read the reasons")[1].split("## How to read the changes")[0]
    return set(re.findall(r"`([a-z_]+)`", section)) - {"params", "tier", "frees_minutes"}


def test_the_output_shown_is_the_one_printed() -> None:
    assert explained_week.with_output(PAGE, explained_week.printed()) == PAGE


def test_the_week_shown_breaks_no_rule() -> None:
    assert judge(explained_week.document(), written(explained_week.sessions())).broken == []


def test_every_code_that_is_listed_is_said_somewhere() -> None:
    modules = [m for m in vars(scheduler.rules).values() if isinstance(m, ModuleType)]
    assert listed() <= set().union(*map(words_of, [*modules, telling, sentences]))


def test_every_code_that_is_said_is_listed() -> None:
    said = set()
    for way in WAYS:
        document = clinic()
        way(document)
        said |= {r.code for p in planned(document).patients for r in p.reasons}
    facts = Facts(explained_week.problem(), explained_week.sessions())
    said |= {r.code for p in ("b1", "b2", "b3") for r in Reasoning(facts).of(p)[1]}
    assert said <= listed()


def test_every_kind_of_change_has_its_row() -> None:
    section = PAGE.split("## How to read the changes")[1]
    assert set(re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)) == set(NAMES)
