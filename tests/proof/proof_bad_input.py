"""Bad documents through the command line: refused with exit 2, each planted fault named, no traceback."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import time
from pathlib import Path

from scheduler.cli import main
from tests.proof.bad_documents import Bad, bad_documents
from tests.proof.circumstances import ROOT
from tests.proof.report import Report

TITLE = "Bad documents are refused with every fault named"
SLOWEST = 5.0  # seconds that any refusal may take


def run(report: Report) -> None:
    good = json.loads((ROOT / "examples" / "riverside.json").read_text())
    documents = bad_documents(good)
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for bad in documents:
            began = time.monotonic()
            _refused(report, bad, Path(folder) / "week.json")
            slowest = max(slowest, time.monotonic() - began)
    planted = sum(len(bad.named) for bad in documents)
    report.require(slowest <= SLOWEST, f"the slowest refusal within {SLOWEST:g} s ({slowest:.1f} s)")
    report.say(
        f"{len(documents)} documents made of the example week, {planted} planted faults: missing, unknown, "
        "duplicate, reversed, off the grid, dangling, of the wrong type, huge, NaN, deeply nested, not JSON; "
        "some hold three of different layers. `iop-scheduler solve` on each; the slowest answer took "
        f"{slowest:.1f} s."
    )


def _refused(report: Report, bad: Bad, path: Path) -> None:
    path.write_text(bad.text, encoding="utf-8")
    said, output = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(output):
            code = main(["solve", str(path), "--time-limit", "1"])
    except BaseException as error:
        report.require(False, f"{bad.name}: {type(error).__name__} reached the user")
        return
    words = said.getvalue()
    report.require(code == 2, f"{bad.name}: exit 2 ({code})")
    report.require(output.getvalue() == "", f"{bad.name}: nothing on standard output")
    report.require("Traceback" not in words, f"{bad.name}: no traceback")
    for fault in bad.named:
        report.require(fault in words, f"{bad.name}: {fault} is named ({words.strip().splitlines()[:2]})")
