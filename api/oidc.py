"""OpenID Connect access tokens, checked against the issuer's published keys."""

from __future__ import annotations

import hashlib
import json
from threading import Lock
from time import monotonic
from typing import Any
from urllib.request import Request, urlopen

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.access import Role, clinics_in
from api.settings import Settings, SettingsRefused

# Asymmetric only: with a symmetric algorithm allowed, the public key itself would sign tokens.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
REFRESH_SECONDS = 3600
RETRY_SECONDS = 30
LEEWAY_SECONDS = 60

log = structlog.get_logger("api.oidc")


class Issuer:
    """One issuer: its keys are fetched when first needed, hourly, and when a token names an unknown one."""

    def __init__(
        self, issuer: str, audience: str, jwks_url: str, role_claim: str, clinics_claim: str
    ) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._role_claim = role_claim
        self._clinics_claim = clinics_claim
        self._registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._keys: KeySet | None = None
        self._fetched = float("-inf")
        self._lock = Lock()

    def claims(self, token: str) -> dict[str, Any] | None:
        """Actor, role and clinics of a valid token; None for any other."""
        for fresh in (False, True):
            keys = self._current_keys(fresh)
            try:
                claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims if keys else None
                if claims is None:
                    return None
                self._registry.validate(claims)
            except (JoseError, ValueError, TypeError, KeyError):
                continue
            return self._caller(claims)
        return None

    def _caller(self, claims: dict[str, Any]) -> dict[str, Any] | None:
        role = claims.get(self._role_claim)
        if not isinstance(role, str) or role not in set(Role):
            return None
        # Subjects can be e-mail addresses: the log gets a hash that is the same for the same person.
        subject = hashlib.sha256(f"{self._issuer}\n{claims['sub']}".encode()).hexdigest()[:24]
        return {
            "actor": f"oidc:{subject}",
            "role": Role(role),
            "clinics": clinics_in(claims.get(self._clinics_claim)),
        }

    def _current_keys(self, fresh: bool) -> KeySet | None:
        with self._lock:
            age = monotonic() - self._fetched
            if age > (RETRY_SECONDS if fresh or self._keys is None else REFRESH_SECONDS):
                self._fetched = monotonic()
                self._keys = self._fetch() or self._keys
            return self._keys

    def _fetch(self) -> KeySet | None:
        try:
            with urlopen(
                Request(self._jwks_url, headers={"Accept": "application/json"}), timeout=5
            ) as answer:
                return KeySet.import_key_set(json.loads(answer.read(1 << 20)))
        except (OSError, ValueError, JoseError) as failure:
            log.warning("oidc_keys_unreachable", error=type(failure).__name__)
            return None


def issuer_of(settings: Settings) -> Issuer | None:
    """The issuer that the settings name; naming it by halves is refused."""
    given = (settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks_url)
    if not any(given):
        return None
    issuer, audience, jwks_url = given
    if not (issuer and audience and jwks_url):
        raise SettingsRefused("OIDC needs its issuer, audience and JWKS URL: set all three or none.")
    if not jwks_url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise SettingsRefused("OIDC keys are fetched over https only.")
    return Issuer(issuer, audience, jwks_url, settings.oidc_role_claim, settings.oidc_clinics_claim)
