"""Run the proofs: all of them into docs/proof.md, or the named ones to the terminal."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import time
import traceback
from pathlib import Path

import tests.proof
from tests.proof.circumstances import ROOT, circumstances
from tests.proof.report import Report

PAGE = ROOT / "docs" / "proof.md"
PREFIX = "proof_"


def main(arguments: list[str] | None = None) -> int:
    known = names()
    asked = read_arguments(arguments, known)
    if asked.list:
        print("\n".join(f"{name}: {importlib.import_module(module_of(name)).TITLE}" for name in known))
        return 0
    reports = {name: prove(name) for name in asked.names or known}
    page = document([section for section, _ in reports.values()])
    output: Path | None = asked.output or (None if asked.names else PAGE)
    if output is None:
        print(page)
    else:
        output.write_text(page, encoding="utf-8")
    failed = [name for name, (_, holds) in reports.items() if not holds]
    if not reports:
        print("there are no proofs to run", file=sys.stderr)
    for name in failed:
        print(f"FAILED: {name}", file=sys.stderr)
    return 1 if failed or not reports else 0


def read_arguments(arguments: list[str] | None, known: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these proofs")
    parser.add_argument("--list", action="store_true", help="the proofs there are")
    parser.add_argument("-o", "--output", type=Path, help="write the page here")
    asked = parser.parse_args(arguments)
    if unknown := [name for name in asked.names if name not in known]:
        parser.error(f"no such proof: {', '.join(unknown)}; there are: {', '.join(known) or 'none'}")
    return asked


def names() -> list[str]:
    found = (module.name for module in pkgutil.iter_modules(tests.proof.__path__))
    return sorted(name.removeprefix(PREFIX) for name in found if name.startswith(PREFIX))


def module_of(name: str) -> str:
    return f"tests.proof.{PREFIX}{name}"


def prove(name: str) -> tuple[str, bool]:
    """Run one proof; any exception is a failure of that proof alone, shown where it happened."""
    report = Report(name)
    started = time.monotonic()
    try:
        proof = importlib.import_module(module_of(name))
        report.title = proof.TITLE
        print(f"{name}: {report.title} …", file=sys.stderr, flush=True)
        proof.run(report)
    except Exception as error:
        traceback.print_exc()
        report.failures.append(f"the proof stopped: {type(error).__name__}: {error}")
    seconds = time.monotonic() - started
    print(
        f"{name}: {'failed' if report.failures else 'holds'} ({seconds:.0f} s)", file=sys.stderr, flush=True
    )
    return report.markdown(seconds), not report.failures


def document(sections: list[str]) -> str:
    facts = Report("")
    facts.table(["", ""], circumstances())
    head = "# Proofs\n\nWritten by `make proof`; not edited by hand."
    return "\n\n".join([head, *facts.parts, *sections]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
