"""What docs/operations.md says of settings is so, and the files for deployment fit the program."""

from __future__ import annotations

import re
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from api.settings import PREFIX, Settings

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")


def told_settings() -> dict[str, str]:
    """Each setting of the page's table with the default told for it."""
    found: dict[str, str] = {}
    for row in re.findall(r"^\| (`[a-z_`, ]+`) \| ([^|]+) \|", PAGE, re.MULTILINE):
        names, defaults = re.findall(r"[a-z_]+", row[0]), row[1].strip().split(", ")
        found |= dict(
            zip(names, defaults * len(names) if len(defaults) < len(names) else defaults, strict=False)
        )
    return found


def test_the_page_lists_every_setting_and_no_other() -> None:
    assert set(told_settings()) == set(Settings.model_fields)


def test_the_page_tells_the_defaults_as_they_are() -> None:
    told = told_settings()
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, int | float) and not isinstance(field.default, bool):
            assert float(told[name].replace(",", "")) == field.default, name


def test_every_setting_in_deployment_files_exists() -> None:
    for file in ("compose.yaml", "Dockerfile", "packaging/iop-scheduler.service", "docs/operations.md"):
        text = (PROJECT / file).read_text(encoding="utf-8")
        for name in re.findall(rf"{PREFIX}([A-Z_]+)", text):
            assert name == "CONFIG" or name.lower() in Settings.model_fields, (file, name)


def test_compose_runs_two_api_nodes_and_two_workers_after_the_upgrade() -> None:
    services = yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    commands = [service["command"] for service in services.values() if "command" in service]
    assert sorted(commands) == [["db", "upgrade"], ["serve"], ["serve"], ["worker"], ["worker"]]
    for service in services.values():
        if service.get("command") in (["serve"], ["worker"]):
            assert service["depends_on"] == {"upgrade": {"condition": "service_completed_successfully"}}
