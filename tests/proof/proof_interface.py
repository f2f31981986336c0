"""Many generated calls of the whole API: no answer is a defect, every answer is as the document describes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from schemathesis import GenerationMode

from tests.api.databases import upgraded
from tests.api.door import service_on
from tests.api.test_openapi import call_everything
from tests.proof.report import Report

TITLE = "Every call is answered as the OpenAPI document describes"
EXAMPLES = int(os.environ.get("CALLS_OF_EACH", "60"))


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = upgraded(f"sqlite:///{Path(folder) / 'service.db'}")
        with service_on(url, requests_per_minute=10_000_000) as door:
            document = door.nobody().get("/openapi.json").json()
            for mode in GenerationMode:
                called = call_everything(door, document, mode, EXAMPLES)
                report.require(called >= 50, f"{mode.value}: the whole document is called")
                report.say(
                    f"{called} operations, up to {EXAMPLES} {mode.value} cases each: no 5xx, and status, "
                    "headers, media type and body of each answer as described."
                )
