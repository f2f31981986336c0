"""What docs/operations.md says of settings is so, and the files for deployment fit the program."""

from __future__ import annotations

import re
from pathlib import Path

import yaml  # type: ignore[import-untyped]
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from api.figures import job_figures
from api.settings import PREFIX, Settings
from api.store import open_database
from api.telling import RequestFigures
from tests.api.databases import upgraded

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")


def told_settings() -> dict[str, str]:
    """Each setting of the page's table with the default told for it."""
    found: dict[str, str] = {}
    table = PAGE.partition("## Settings")[2].partition("\n## ")[0]
    for row in re.findall(r"^\| (`[a-z_`, ]+`) \| ([^|]+) \|", table, re.MULTILINE):
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


def test_the_page_lists_every_metric_and_no_other(tmp_path: Path) -> None:
    sessions = open_database(upgraded(f"sqlite:///{tmp_path / 'a.db'}"))
    text = job_figures(sessions) + generate_latest(RequestFigures().registry)
    sessions.close()
    given = {family.name for family in text_string_to_metric_families(text.decode())}
    assert set(re.findall(r"`(iop_[a-z_]+)`", PAGE)) - {"iop_role", "iop_clinics"} == given


def test_where_the_installation_is_read_only_the_kernels_lie_elsewhere() -> None:
    for file, place in (
        ("Dockerfile", "install -d -o iop"),
        ("packaging/iop-scheduler.service", "CacheDirectory"),
    ):
        text = (PROJECT / file).read_text(encoding="utf-8")
        assert "NUMBA_CACHE_DIR=/var/cache/iop-scheduler" in text
        assert place in text
