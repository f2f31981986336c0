"""API keys and sign-ins. Secrets are 256 random bits, so a plain SHA-256 is hash enough."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.store.columns import now
from api.store.models import ApiKey, SignIn

_PREFIX = re.compile(r"iop[0-9a-f]{12}")
_DUMMY_HASH = hashlib.sha256(b"nobody").hexdigest()


def digest(secret: str) -> str:
    # What a client sends may hold anything, half a surrogate pair included.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def make_key(
    session: Session,
    role: str,
    clinics: Sequence[str] | None = None,
    label: str = "",
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text `prefix.secret`, which exists nowhere but in this answer."""
    prefix, secret = f"iop{secrets.token_hex(6)}", secrets.token_urlsafe(32)
    key = ApiKey(
        prefix=prefix,
        secret_hash=digest(secret),
        role=role,
        clinics=None if clinics is None else sorted(set(clinics)),
        label=label,
        expires_at=expires_at,
    )
    session.add(key)
    return key, f"{prefix}.{secret}"


def valid(key: ApiKey) -> bool:
    return key.revoked_at is None and (key.expires_at is None or now() < key.expires_at)


def find_key(session: Session, text: str) -> ApiKey | None:
    """The valid key of this text; an unknown prefix costs the same comparison as a wrong secret."""
    prefix, _, secret = text.partition(".")
    key = session.get(ApiKey, prefix) if _PREFIX.fullmatch(prefix) else None
    same = compare_digest(key.secret_hash if key else _DUMMY_HASH, digest(secret))
    return key if key is not None and same and valid(key) else None


def revoke(session: Session, prefix: str) -> ApiKey | None:
    """End a key and every sign-in made with it; ending it twice changes nothing."""
    key = session.get(ApiKey, prefix)
    if key is not None and key.revoked_at is None:
        key.revoked_at = now()
        session.execute(delete(SignIn).where(SignIn.key_prefix == prefix))
    return key


def all_keys(session: Session) -> Sequence[ApiKey]:
    return session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.prefix)).all()


def sign_in(session: Session, key: ApiKey, hours: int) -> tuple[SignIn, str]:
    """A session for the page and the cookie's value; it never outlives its key."""
    token = secrets.token_urlsafe(32)
    ends = now() + timedelta(hours=hours)
    if key.expires_at is not None:
        ends = min(ends, key.expires_at)
    made = SignIn(token_hash=digest(token), key_prefix=key.prefix, expires_at=ends)
    session.add(made)
    return made, token


def find_sign_in(session: Session, token: str) -> ApiKey | None:
    """The valid key behind a cookie."""
    found = session.get(SignIn, digest(token))
    if found is None or found.expires_at <= now():
        return None
    key = session.get(ApiKey, found.key_prefix)
    return key if key is not None and valid(key) else None


def sign_out(session: Session, token: str) -> None:
    session.execute(delete(SignIn).where(SignIn.token_hash == digest(token)))
