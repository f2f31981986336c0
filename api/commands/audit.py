"""`audit`: read the audit log and check that nobody has changed it."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

from api.commands import opened, settings_of_this_process
from scheduler.cli.failure import EXIT_FINDINGS


def configure(parser: ArgumentParser) -> None:
    calls = parser.add_subparsers(dest="call", required=True, metavar="CALL")
    show = calls.add_parser("show", help="entries as JSON lines, oldest first")
    show.add_argument("--clinic", metavar="ID")
    show.add_argument("--patient", metavar="ID", help="only entries that name this patient")
    show.add_argument("--after", type=int, default=0, metavar="N", help="only entries after this one")
    show.add_argument("--limit", type=int, default=1000, metavar="N")
    verify = calls.add_parser(
        "verify", help="check every sealed entry; exit 1 when one is not what was sealed"
    )
    verify.add_argument(
        "--head", action="append", default=[], metavar="HASH", help="a head noted earlier, still in it?"
    )


def run(arguments: Namespace) -> int:
    return _show(arguments) if arguments.call == "show" else _verify(arguments.head)


def _show(arguments: Namespace) -> int:
    from api.store import audit

    with opened(settings_of_this_process()) as sessions, sessions.read() as session:
        found = audit.entries(session, arguments.clinic, arguments.patient, arguments.after, arguments.limit)
        for entry in found:
            shown = {
                "id": entry.id,
                "at": entry.at.isoformat(),
                "actor": entry.actor,
                "action": entry.action,
                "clinic": entry.clinic_id,
                "patients": [arguments.patient] if arguments.patient else entry.patients,
                "timetable": entry.timetable_id,
                "from": entry.source,
                "request": entry.request_id,
                "details": entry.details,
            }
            print(json.dumps(shown, ensure_ascii=False))
    return 0


def _verify(heads: list[str]) -> int:
    from api.store import audit

    with opened(settings_of_this_process()) as sessions, sessions.read() as session:
        chains = audit.verify(session)
        lost = [head for head in heads if not audit.holds(session, head)]
    for chain in chains:
        name = chain.chain or "(no clinic)"
        retired = f", {chain.retired} retired" if chain.retired else ""
        print(f"{name}: {chain.sealed} sealed{retired}, {chain.open} not sealed yet, head {chain.head}")
        if chain.broken_at is not None:
            print(f"{name}: BROKEN at link {chain.broken_at}: {chain.fault}")
    for head in lost:
        print(f"BROKEN: no chain holds the head {head}; newer entries were cut off")
    return EXIT_FINDINGS if lost or any(c.broken_at is not None for c in chains) else 0
