"""Settings: environment variables `IOP_SCHEDULER_…`, then a TOML file, then the defaults below.

An unknown name is refused, so a misspelt limit never silently stays at its default.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX = "IOP_SCHEDULER_"
FILE_VARIABLE = f"{PREFIX}CONFIG"
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class SettingsRefused(Exception):
    """Settings that cannot be used; the text names each one and never its value."""


def data_folder() -> Path:
    """Where one user's own database lives: XDG_DATA_HOME, else ~/.local/share."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "iop-scheduler"


class Settings(BaseSettings):
    """Everything that can be set; `docs/operations.md` repeats this list for people."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    # -- where it listens and stores ------------------------------------------------------------------------
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    database_url: str = Field(default_factory=lambda: f"sqlite:///{data_folder() / 'iop-scheduler.db'}")
    public_origin: str | None = None  # https://scheduler.example.org, when a proxy stands in front
    trusted_proxies: str = ""  # addresses whose X-Forwarded-* headers count, comma-separated
    shutdown_seconds: Seconds = 2  # for open connections, once it is told to stop

    # -- limits ---------------------------------------------------------------------------------------------
    max_body_bytes: Annotated[int, Field(ge=1024)] = 20_000_000
    clinic_quota: Annotated[int, Field(ge=1)] = 4  # queued and running solves of one clinic
    requests_per_minute: Annotated[int, Field(ge=1)] = 1200  # of one key on one API node
    failed_sign_ins_per_minute: Annotated[int, Field(ge=1)] = 30  # of one address
    time_limit_max: Seconds = 3600
    interactive_seconds: Seconds = 30  # check, explain, place, repair …
    wait_max_seconds: Seconds = 60  # Prefer: wait
    idempotency_hours: Annotated[int, Field(ge=1)] = 24

    # -- solving --------------------------------------------------------------------------------------------
    # of one embedded runner or one worker; None: one for every two CPUs allowed
    solves_at_once: Annotated[int | None, Field(ge=1, le=64)] = None
    solver_threads: Annotated[int | None, Field(ge=1, le=64)] = None  # None: shared out from the CPUs allowed
    solver_memory_mb: Annotated[int, Field(ge=512)] = 4096
    heartbeat_seconds: Seconds = 2
    stalled_seconds: Seconds = 10
    attempts_max: Annotated[int, Field(ge=1)] = 3

    # -- access ---------------------------------------------------------------------------------------------
    session_hours: Annotated[int, Field(ge=1, le=24 * 30)] = 12
    oidc_issuer: str | None = None
    oidc_audience: str | None = None
    oidc_jwks_url: str | None = None
    oidc_role_claim: str = "iop_role"
    oidc_clinics_claim: str = "iop_clinics"
    metrics_token: SecretStr | None = None  # when set, /metrics asks for it as a bearer token

    # -- webhooks -------------------------------------------------------------------------------------------
    webhook_private_addresses: bool = False  # true: http and addresses inside of the network as well
    webhook_attempts: Annotated[int, Field(ge=1, le=20)] = 8  # then a delivery is given up
    webhook_retry_seconds: Seconds = 10  # before the second attempt; later pauses grow to 12 hours
    webhook_seconds: Annotated[float, Field(gt=0, le=60)] = 10  # for one attempt

    # -- records --------------------------------------------------------------------------------------------
    audit_flush_seconds: Annotated[float, Field(gt=0, le=1)] = 0.5
    audit_seal_seconds: Seconds = 60
    audit_years: Annotated[int, Field(ge=6)] = 6
    retention_days: Annotated[int, Field(ge=1)] = 365  # superseded, cancelled and failed timetables
    draft_days: Annotated[int, Field(ge=1)] = 7  # drafts that have been moved on from
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] = "json"
    telemetry: bool = False  # OpenTelemetry spans and metrics, when an SDK is installed and configured

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = os.environ.get(FILE_VARIABLE)
        toml = (TomlConfigSettingsSource(settings_cls, Path(file)),) if file else ()
        return (init_settings, env_settings, *toml)

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def load_settings(**given: Any) -> Settings:
    """The settings of this process, or `SettingsRefused` with every fault at once."""
    faults = [f"{name}: no such setting" for name in _unknown_names()]
    file = os.environ.get(FILE_VARIABLE)
    if file and not Path(file).is_file():
        faults.append(f"{FILE_VARIABLE}: no such file")
    try:
        settings = Settings(**given) if not faults else None
    except ValidationError as refused:
        faults += [f"{PREFIX}{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in refused.errors()]
        settings = None
    except (ValueError, OSError) as broken:  # the file is no TOML
        faults.append(f"{FILE_VARIABLE}: {type(broken).__name__}: not a readable TOML file")
        settings = None
    if settings is None:
        raise SettingsRefused("; ".join(faults))
    return settings


def _unknown_names() -> list[str]:
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields} | {FILE_VARIABLE}
    return sorted(n for n in os.environ if n.upper().startswith(PREFIX) and n.upper() not in known)
