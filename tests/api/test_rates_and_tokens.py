"""Rates, OpenID Connect tokens and settings, each on a service of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from time import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from api.settings import SettingsRefused, load_settings
from tests.api.databases import upgraded
from tests.api.door import Door, service_on

ISSUER, AUDIENCE = "https://login.example", "iop-scheduler"


def test_a_key_that_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    with service_on(upgraded(f"sqlite:///{tmp_path / 'a.db'}"), requests_per_minute=5) as door:
        answers = [door.get("/v1/clinics") for _ in range(7)]
        assert [a.status_code for a in answers] == [200] * 5 + [429] * 2
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert door.as_("viewer").get("/v1/clinics").status_code == 200


def test_guessing_keys_is_slowed_down_and_the_right_key_still_works(tmp_path: Path) -> None:
    with service_on(upgraded(f"sqlite:///{tmp_path / 'a.db'}"), failed_sign_ins_per_minute=3) as door:
        guess = Door(door.client, door.service, "iop000000000000.guess")
        assert [guess.get("/v1/clinics").status_code for _ in range(5)] == [401] * 3 + [429] * 2
        assert door.get("/v1/clinics").status_code == 200


# -- OpenID Connect -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def signing_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


@pytest.fixture(scope="module")
def jwks(signing_key: RSAKey) -> Iterator[str]:
    """The address of an issuer's keys."""
    document = json.dumps({"keys": [signing_key.as_dict(private=False)]}).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Keys)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/keys"
    server.shutdown()


@pytest.fixture(scope="module")
def with_oidc(jwks: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    url = upgraded(f"sqlite:///{tmp_path_factory.mktemp('oidc') / 'a.db'}")
    options = {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE, "oidc_jwks_url": jwks}
    with service_on(url, **options, failed_sign_ins_per_minute=1000) as door:
        yield door


def token(key: Any, algorithm: str = "RS256", **claims: Any) -> str:
    standard = {"iss": ISSUER, "aud": AUDIENCE, "sub": "someone@example.org", "exp": int(time()) + 300}
    given = {**standard, "iop_role": "scheduler", "iop_clinics": ["*"], **claims}
    return jwt.encode({"alg": algorithm, "kid": "one"}, given, key, algorithms=[algorithm])


def asked_with(door: Door, text: str) -> int:
    return Door(door.client, door.service, text).get("/v1/session").status_code


def test_a_valid_token_is_its_role_and_clinics_and_never_its_subject(
    with_oidc: Door, signing_key: RSAKey
) -> None:
    text = token(signing_key, iop_clinics=["b", "a"])
    answer = Door(with_oidc.client, with_oidc.service, text).get("/v1/session").json()
    assert (answer["role"], answer["clinics"]) == ("scheduler", ["a", "b"])
    assert answer["actor"].startswith("oidc:")
    assert "someone" not in answer["actor"]


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1},
        {"iss": "https://other.example"},
        {"aud": "another"},
        {"iop_role": "owner"},
        {"iop_role": None},
        {"nbf": 2**40},
    ],
)
def test_a_token_that_is_not_meant_for_this_service_is_refused(
    with_oidc: Door, signing_key: RSAKey, claims: dict[str, Any]
) -> None:
    assert asked_with(with_oidc, token(signing_key, **claims)) == 401


def test_a_token_of_another_key_or_algorithm_is_refused(with_oidc: Door, signing_key: RSAKey) -> None:
    other = RSAKey.generate_key(2048, {"kid": "one"})
    assert asked_with(with_oidc, token(signing_key)) == 200
    assert asked_with(with_oidc, token(other)) == 401
    secret = OctKey.generate_key(256, {"kid": "one"})
    assert asked_with(with_oidc, token(secret, "HS256")) == 401


def test_a_token_without_clinics_sees_none(with_oidc: Door, signing_key: RSAKey) -> None:
    clinic = with_oidc.clinic()
    claims: tuple[Any, ...] = (None, [], "other", 7)
    for claim in claims:
        text = token(signing_key, iop_clinics=claim)
        assert Door(with_oidc.client, with_oidc.service, text).get(clinic).status_code == 404
    everywhere = Door(with_oidc.client, with_oidc.service, token(signing_key, iop_clinics="*"))
    assert everywhere.get(clinic).status_code == 200


# -- settings -----------------------------------------------------------------------------------------------


def test_unknown_settings_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOP_SCHEDULER_CLINIC_QOUTA", "7")
    with pytest.raises(SettingsRefused, match="IOP_SCHEDULER_CLINIC_QOUTA: no such setting"):
        load_settings()


def test_a_wrong_value_is_refused_without_being_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOP_SCHEDULER_PORT", "s3cret")
    with pytest.raises(SettingsRefused, match="IOP_SCHEDULER_PORT") as refused:
        load_settings()
    assert "s3cret" not in str(refused.value)


def test_a_file_sets_what_the_environment_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("port = 9000\nclinic_quota = 2\n")
    monkeypatch.setenv("IOP_SCHEDULER_CONFIG", str(file))
    monkeypatch.setenv("IOP_SCHEDULER_PORT", "9001")
    settings = load_settings()
    assert (settings.port, settings.clinic_quota) == (9001, 2)
    file.write_text("prot = 9000\n")
    with pytest.raises(SettingsRefused, match="PROT"):
        load_settings()
