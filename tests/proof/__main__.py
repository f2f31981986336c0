"""Run the proofs, all or the named ones, and renew their sections of docs/proof.md."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import time
import traceback
from pathlib import Path

import tests.proof
from tests import processes
from tests.proof import page
from tests.proof.circumstances import ROOT
from tests.proof.report import Report
from tests.witness import WITNESS, watch_logs

PAGE = ROOT / "docs" / "proof.md"
PREFIX = "proof_"


def main(arguments: list[str] | None = None) -> int:
    known = names()
    asked = read_arguments(arguments, known)
    if asked.list:
        print("\n".join(f"{name}: {title_of(name)}" for name in known))
        return 0
    failed = [name for name in asked.names or known if not renew(asked.output, name, known)]
    if not known:
        print("there are no proofs to run", file=sys.stderr)
    for name in failed:
        print(f"FAILED: {name}", file=sys.stderr)
    return 1 if failed or not known else 0


def read_arguments(arguments: list[str] | None, known: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these proofs")
    parser.add_argument("--list", action="store_true", help="the proofs there are")
    parser.add_argument("-o", "--output", type=Path, default=PAGE, help="the page to renew (docs/proof.md)")
    asked = parser.parse_args(arguments)
    if unknown := [name for name in asked.names if name not in known]:
        parser.error(f"no such proof: {', '.join(unknown)}; there are: {', '.join(known) or 'none'}")
    return asked


def names() -> list[str]:
    found = (module.name for module in pkgutil.iter_modules(tests.proof.__path__))
    return sorted(name.removeprefix(PREFIX) for name in found if name.startswith(PREFIX))


def module_of(name: str) -> str:
    return f"tests.proof.{PREFIX}{name}"


def title_of(name: str) -> str:
    try:
        return str(importlib.import_module(module_of(name)).TITLE)
    except Exception:
        return name


def renew(output: Path, name: str, known: list[str]) -> bool:
    """Run one proof and write its section at once: a later one may take an hour, or be interrupted."""
    section = prove(name)
    print(section.text, flush=True)
    sections = {**page.read(output), name: section}
    page.write(output, sections, {each: title_of(each) for each in known})
    return section.holds


def prove(name: str) -> page.Section:
    """Run one proof; any exception is a failure of that proof alone, shown where it happened."""
    report = Report(name)
    load, started = page.load_now(), time.monotonic()
    try:
        proof = importlib.import_module(module_of(name))
        report.title = proof.TITLE
        print(f"{name}: {report.title} …", file=sys.stderr, flush=True)
        proof.run(report)
        processes.all_read()
        told = len(WITNESS.found())
        report.require(not told, f"no service writes a name, a commitment or a key ({told} lines do)")
    except Exception as error:
        traceback.print_exc()
        report.failures.append(f"the proof stopped: {type(error).__name__}: {error}")
    seconds = time.monotonic() - started
    print(
        f"{name}: {'failed' if report.failures else 'holds'} ({seconds:.0f} s)", file=sys.stderr, flush=True
    )
    return page.section(report, seconds, load)


if __name__ == "__main__":
    watch_logs(WITNESS)
    processes.guard()
    sys.exit(main())
