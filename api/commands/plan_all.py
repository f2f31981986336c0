"""`plan-all`: plans a week for every clinic of a network, follows them all, and sums up."""

from __future__ import annotations

import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from api.commands import opened, settings_of_this_process
from scheduler.cli.failure import EXIT_FINDINGS, CommandFailed
from scheduler.standing import GROUPS

if TYPE_CHECKING:
    from rich.table import Table

    from api.service import Service

LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """One clinic's week: its timetable row, or why there is none."""

    clinic: str
    timetable: str | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one clinic's week is."""

    clinic: str
    status: str
    best: int | None = None
    gap: float | None = None
    seconds: float | None = None
    patients_short: int | None = None
    remark: str = ""

    @property
    def unfinished(self) -> bool:
        return self.status in ("queued", "solving")


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--week", type=_date, required=True, metavar="DATE", help="first date of the week")
    parser.add_argument("--clinic", action="append", metavar="ID", help="only this one; may be repeated")
    parser.add_argument("--time-limit", type=float, metavar="SECONDS", help="for each clinic (60)")
    parser.add_argument("--gap", type=float, metavar="SHARE", help="a proven gap that is small enough (0.01)")
    parser.add_argument("--seed", type=int, metavar="N", help="of the search (0)")
    parser.add_argument(
        "--groups",
        choices=GROUPS,
        help="standing groups: ignored, the only places of their types, or preferred (free)",
    )
    parser.add_argument("--no-wait", action="store_true", help="only queue; do not follow")


def run(arguments: Namespace) -> int:
    """Exit code 0 when every clinic has a timetable, 1 when one has none."""
    settings = settings_of_this_process()
    with opened(settings) as sessions:
        from api.service import Service

        request = _request(arguments)
        service = Service(settings, sessions)
        asked = list(_ask(service, _clinics(service, arguments.clinic), request))
        if arguments.no_wait:
            return _tell(_standings(service, asked))
        with _somebody_solving(service):
            return _tell(_followed(service, asked))


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date YYYY-MM-DD") from None


def _request(arguments: Namespace) -> dict[str, Any]:
    from api.documents import PlanRequest
    from api.judging import form_faults

    given = {name: getattr(arguments, name) for name in ("time_limit", "gap", "seed", "groups")}
    request = {"week_start": arguments.week} | {n: v for n, v in given.items() if v is not None}
    if faults := form_faults(PlanRequest, request):
        raise CommandFailed(*(f"--{f.pointer[1:].replace('_', '-')}: {f.message}" for f in faults))
    return request


def _clinics(service: Service, wanted: Sequence[str] | None) -> list[str]:
    from sqlalchemy import select

    from api.store.models import Clinic

    with service.sessions.read() as session:
        stored = list(session.scalars(select(Clinic.id).order_by(Clinic.id)))
    unknown = sorted(set(wanted or ()) - set(stored))
    if unknown:
        raise CommandFailed(f"No clinic is called {', '.join(unknown)}.")
    if not stored:
        raise CommandFailed("No clinic is stored yet.")
    return [clinic for clinic in stored if not wanted or clinic in wanted]


def _ask(service: Service, clinics: Iterable[str], request: dict[str, Any]) -> Iterator[Asked]:
    from api.access import Caller, Role
    from api.errors import ApiError
    from api.planning import plan_stored

    caller = Caller("local:command-line", Role.ADMIN, None, source="local", request_id="")
    for clinic in clinics:
        try:
            yield Asked(clinic, plan_stored(service, caller, clinic, request, None))
        except ApiError as failure:
            faults = [
                f"{fault['pointer']}: {fault['message']}" for fault in failure.members.get("errors", ())
            ]
            yield Asked(clinic, refused="; ".join(faults) or failure.detail)


@contextmanager
def _somebody_solving(service: Service) -> Iterator[None]:
    """On SQLite this process solves, unless a running service does already."""
    from api.jobs.engine import EngineRefused

    try:
        service.engine.start()
    except EngineRefused:
        yield
        return
    try:
        yield
    finally:
        service.engine.stop()


def _followed(service: Service, asked: Sequence[Asked]) -> list[Standing]:
    """The last standings, when nothing is left to wait for; Ctrl-C stops the following, not the jobs."""
    from rich.live import Live
    from rich.text import Text

    from scheduler.cli.terminal import stderr_console

    console = stderr_console()
    standings = _standings(service, asked)
    began = time.monotonic()

    def line() -> Text:
        return Text(_progress(standings, time.monotonic() - began), no_wrap=True, overflow="ellipsis")

    with Live(console=console, get_renderable=line, refresh_per_second=4, transient=True):
        try:
            while any(standing.unfinished for standing in standings):
                time.sleep(LOOK_SECONDS)
                standings = _standings(service, asked)
        except KeyboardInterrupt:
            console.print("No longer following. What is queued stays queued.")
    return standings


def _progress(standings: Sequence[Standing], seconds: float) -> str:
    counts = Counter(standing.status for standing in standings)
    parts = [f"{counts[name]} {name}" for name in sorted(counts)]
    running = [s for s in standings if s.status == "solving" and s.best is not None]
    parts += [f"{s.clinic}: best {s.best:,}, gap {(s.gap or 0):.1%}" for s in running[:3]]
    return f"{seconds:.0f} s  " + "  ".join(parts)


def _standings(service: Service, asked: Sequence[Asked]) -> list[Standing]:
    from sqlalchemy import select

    from api.jobs.ledger import FIGURES
    from api.store.models import Timetable

    columns = [Timetable.id, Timetable.status, Timetable.error, *(getattr(Timetable, n) for n in FIGURES)]
    ids = [one.timetable for one in asked if one.timetable]
    with service.sessions.read() as session:
        rows = {row.id: row for row in session.execute(select(*columns).where(Timetable.id.in_(ids)))}
    return [_standing(one, rows.get(one.timetable)) for one in asked]


def _standing(one: Asked, row: Any) -> Standing:
    if row is None:
        return Standing(one.clinic, "refused" if one.refused else "deleted", remark=one.refused)
    remark = (row.error or {}).get("detail", "")
    return Standing(one.clinic, row.status, row.best, row.gap, row.seconds, row.patients_short, remark=remark)


def _tell(standings: Sequence[Standing]) -> int:
    from scheduler.cli.terminal import put, stdout_console

    counts = Counter(standing.status for standing in standings)
    summary = ", ".join(f"{number} {status}" for status, number in counts.most_common())
    put(stdout_console(), _table(standings), f"{len(standings)} clinics: {summary}")
    without = [s for s in standings if s.status not in ("solved", "queued", "solving", "published")]
    return EXIT_FINDINGS if without else 0


def _table(standings: Sequence[Standing]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("clinic", "status"):
        table.add_column(title)
    for title in ("objective", "gap", "patients short", "seconds"):
        table.add_column(title, justify="right")
    table.add_column("remark")
    for s in standings:
        table.add_row(
            s.clinic,
            s.status,
            "" if s.best is None else f"{s.best:,}",
            "" if s.gap is None else f"{s.gap:.1%}",
            "" if s.patients_short is None else str(s.patients_short),
            "" if s.seconds is None else f"{s.seconds:.1f}",
            s.remark,
        )
    return table
