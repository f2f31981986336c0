"""`keys`: make, list and end API keys."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import timedelta

from api.commands import opened, settings_of_this_process
from scheduler.cli.failure import CommandFailed


def configure(parser: ArgumentParser) -> None:
    calls = parser.add_subparsers(dest="call", required=True, metavar="CALL")
    create = calls.add_parser("create", help="make a key and print it, this once")
    create.add_argument("--role", required=True, choices=("viewer", "scheduler", "integrator", "admin"))
    scope = create.add_mutually_exclusive_group(required=True)
    scope.add_argument("--clinic", action="append", metavar="ID", help="a clinic it is for; may be repeated")
    scope.add_argument("--all-clinics", action="store_true", help="for every clinic, also later ones")
    create.add_argument("--label", default="", help="what it is for; do not write a person's name")
    create.add_argument("--expires-days", type=int, metavar="N", help="ends after so many days")
    calls.add_parser("list", help="all keys, without their secrets")
    revoke = calls.add_parser("revoke", help="end a key and every session begun with it")
    revoke.add_argument("prefix", help="the part of the key before the dot")


def run(arguments: Namespace) -> int:
    match arguments.call:
        case "create":
            return _create(arguments)
        case "list":
            return _list()
        case _:
            return _revoke(arguments.prefix)


def _create(arguments: Namespace) -> int:
    import re

    from api.audit import local_entry
    from api.store import keys
    from api.store.columns import now
    from scheduler.problem import ID_PATTERN

    clinics: list[str] | None = arguments.clinic
    if bad := [c for c in clinics or () if not re.fullmatch(ID_PATTERN, c)]:
        raise CommandFailed(f"{bad[0]!r} can be no clinic's id.")
    if arguments.expires_days is not None and arguments.expires_days < 1:
        raise CommandFailed("--expires-days is at least 1.")
    ends = now() + timedelta(days=arguments.expires_days) if arguments.expires_days else None
    with opened(settings_of_this_process()) as sessions, sessions.write() as session:
        session.add(local_entry("key.create", role=arguments.role, clinics=clinics))
        _, text = keys.make_key(session, arguments.role, clinics, arguments.label[:200], ends)
    print(text)
    return 0


def _list() -> int:
    from api.store import keys

    with opened(settings_of_this_process()) as sessions, sessions.read() as session:
        for key in keys.all_keys(session):
            clinics = "every clinic" if key.clinics is None else ", ".join(key.clinics)
            ends = f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else ""
            state = "revoked" if key.revoked_at else "" if keys.valid(key) else "expired"
            words = (key.prefix, f"{key.role:<10}", clinics, ends, state, key.label)
            print("  ".join(word for word in words if word))
    return 0


def _revoke(prefix: str) -> int:
    from api.audit import local_entry
    from api.store import keys

    prefix = prefix.partition(".")[0]
    with opened(settings_of_this_process()) as sessions:
        with sessions.read() as session:
            if keys.revoke(session, prefix) is None:
                raise CommandFailed(f"There is no key {prefix}. `iop-scheduler keys list` shows them.")
        with sessions.write() as session:
            keys.revoke(session, prefix)
            session.add(local_entry("key.revoke", key=prefix))
    print(f"{prefix} is revoked.")
    return 0
