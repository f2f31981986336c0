"""The steps of a timetable row from queued to its end; every one of them fenced by the attempt.

Two workers can come to believe that they hold one row (a stalled one that wakes up again). Whoever takes a
row adds one to its attempt, and a step of an older attempt changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Final

from sqlalchemy import Select, Update, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from api.jobs.outcome import Failed
from api.store.columns import Moment, now
from api.store.database import Sessions
from api.store.models import Status, Timetable, TimetableEvent
from api.store.timetables import append_event

FIGURES: Final = ("best", "bound", "gap", "seconds", "patients_short")
_FREE_AGAIN: Final[dict[str, Any]] = {"worker": None, "heartbeat_at": None}


@dataclass(frozen=True, slots=True)
class Claim:
    """A row taken by this worker; `attempt` is the fence."""

    id: str
    attempt: int
    problem: dict[str, Any]
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Patience:
    """When a worker counts as gone, and how often a row is tried before it is given up."""

    stalled_seconds: float = 10
    attempts_max: int = 3


class Standing(Enum):
    """What the row says to the worker that solves it."""

    MINE = "mine"
    CANCEL = "cancel"
    LOST = "lost"


def queue(session: Session, timetable_id: str) -> None:
    """Tell that a new row waits, unless its first event has been written already."""
    session.flush()
    told = select(Timetable.event_seq).where(Timetable.id == timetable_id)
    if session.scalar(told) == 0:
        append_event(session, timetable_id, "queued", {})


def take_next(sessions: Sessions, worker: str, patience: Patience) -> Claim | None:
    """The row whose turn it is, now this worker's; None when no row waits.

    Interrupted rows first. Then the lane (clinic) with the fewest solves running, of those the one served
    longest ago, of its rows the oldest: a clinic with a hundred rows waits behind a clinic with one.
    """
    while True:
        with sessions.write() as session:
            at = _clock(session)
            row = session.execute(_whose_turn(_stale(session, at, patience))).first()
            if row is None:
                return None
            claim = _take(session, row, worker, at, patience)
        if claim is not None:  # else it was ended here, or another worker was faster
            return claim


def beat(session: Session, claim: Claim, progress: Mapping[str, Any] | None = None) -> Standing:
    """A sign of life, with the latest figures if there are new ones."""
    figures = {name: progress[name] for name in FIGURES} if progress else {}
    step = _mine(claim).values(heartbeat_at=_clock(session), event_seq=_seq(1 if progress else 0), **figures)
    row = session.execute(step.returning(Timetable.event_seq, Timetable.cancel_requested)).first()
    if row is None:
        return Standing.LOST
    if progress:
        _tell(session, claim.id, row.event_seq, "progress", dict(progress))
    return Standing.CANCEL if row.cancel_requested else Standing.MINE


def look(session: Session, claim: Claim) -> Standing:
    """What the row says, without a write."""
    asked = select(Timetable.status, Timetable.attempt, Timetable.cancel_requested)
    row = session.execute(asked.where(Timetable.id == claim.id)).first()
    if row is None or row.attempt != claim.attempt or row.status != Status.SOLVING:
        return Standing.LOST
    return Standing.CANCEL if row.cancel_requested else Standing.MINE


def complete(session: Session, claim: Claim, result: dict[str, Any], cancelled: bool) -> bool:
    """Store the timetable; False when the row is another attempt's by now."""
    status = Status.CANCELLED if cancelled else Status.SOLVED
    objective = result["objective"]
    figures = {
        "best": objective["value"],
        "bound": objective["bound"],
        "gap": objective["gap"],
        "seconds": result["solver"]["seconds"],
        "patients_short": sum(1 for patient in result["patients"] if patient["unmet_minutes"]),
    }
    return _end(session, _mine(claim), status, {}, result=result, **figures)


def fail(session: Session, claim: Claim, failure: Failed, cancelled: bool) -> bool:
    """Store why there is no timetable; a cancelled row stays a cancelled one."""
    error = failure.document()
    if cancelled:
        return _end(session, _mine(claim), Status.CANCELLED, {}, error=error)
    told = {"code": failure.code, "detail": failure.detail}
    return _end(session, _mine(claim), Status.FAILED, told, error=error)


def hand_back(session: Session, claim: Claim) -> bool:
    """Put the row back into the queue: this worker ends on purpose, so the attempt does not count as lost."""
    step = _mine(claim).values(
        status=Status.QUEUED, version=Timetable.version + 1, event_seq=_seq(1), **_FREE_AGAIN
    )
    return _step(session, step, "queued", {})


def let_go(session: Session, claim: Claim) -> bool:
    """Free the row for the next attempt; this one counts as lost."""
    step = _mine(claim).values(**_FREE_AGAIN).returning(Timetable.id)
    return session.execute(step).first() is not None


def free_all(session: Session) -> None:
    """Free every row in work: nobody else can be working, so whoever did is gone."""
    session.execute(update(Timetable).where(Timetable.status == Status.SOLVING).values(**_FREE_AGAIN))


def cancel(session: Session, timetable_id: str) -> None:
    """End a waiting row at once; ask the worker of a running one to stop and keep its best."""
    waiting = _row(timetable_id).where(Timetable.status == Status.QUEUED)
    if not _end(session, waiting, Status.CANCELLED, {}, cancel_requested=True):
        running = _row(timetable_id).where(Timetable.status == Status.SOLVING)
        session.execute(running.values(cancel_requested=True))


def waiting(session: Session, patience: Patience, for_seconds: float = 0.0) -> int:
    """How many rows nobody works on, and have not for some seconds."""
    at = _clock(session)
    free = _free(_stale(session, at, patience))
    since = Timetable.created_at <= at - timedelta(seconds=for_seconds)
    return session.scalar(select(func.count()).select_from(Timetable).where(free, since)) or 0


def _clock(session: Session) -> datetime:
    """One clock for all workers: the database's, where they are on several machines."""
    if session.get_bind().dialect.name == "sqlite":
        return now()
    return session.execute(select(func.clock_timestamp(type_=Moment()))).scalar_one()


def _stale(session: Session, at: datetime, patience: Patience) -> datetime:
    """A heartbeat before this moment is a dead worker's.

    After a restart of the server every heartbeat looks old, as none could be written: the living get time.
    """
    stalled = timedelta(seconds=patience.stalled_seconds)
    if session.get_bind().dialect.name == "sqlite":
        return at - stalled
    started: datetime = session.execute(select(func.pg_postmaster_start_time(type_=Moment()))).scalar_one()
    return at - stalled if at - started > stalled else datetime(1970, 1, 1, tzinfo=UTC)


def _free(stale: datetime) -> Any:
    gone = or_(Timetable.heartbeat_at.is_(None), Timetable.heartbeat_at < stale)
    return or_(Timetable.status == Status.QUEUED, and_(Timetable.status == Status.SOLVING, gone))


def _whose_turn(stale: datetime) -> Select[str, str, int, bool]:
    lanes = select(Timetable.lane).where(_free(stale)).distinct().subquery()
    in_lane = Timetable.lane == lanes.c.lane
    at_work = and_(in_lane, Timetable.status == Status.SOLVING, Timetable.heartbeat_at >= stale)
    running = select(func.count()).where(at_work).scalar_subquery()
    served = select(func.max(Timetable.started_at)).where(in_lane).scalar_subquery()
    ranked = select(lanes.c.lane, running.label("running"), served.label("served")).subquery()
    columns = (Timetable.id, Timetable.status, Timetable.attempt, Timetable.cancel_requested)
    return (
        select(*columns)
        .join(ranked, ranked.c.lane == Timetable.lane)
        .where(_free(stale))
        .order_by(
            case((Timetable.status == Status.SOLVING, 0), else_=1),
            ranked.c.running,
            ranked.c.served.asc().nulls_first(),
            Timetable.created_at,
            Timetable.id,
        )
        .limit(1)
        .with_for_update(skip_locked=True, of=Timetable)  # of two workers the second sees the next row
    )


def _take(session: Session, row: Any, worker: str, at: datetime, patience: Patience) -> Claim | None:
    as_seen = _row(row.id).where(Timetable.attempt == row.attempt, Timetable.status == row.status)
    if row.cancel_requested:
        _end(session, as_seen, Status.CANCELLED, {})
        return None
    if _losses(session, row.id, row.attempt) >= patience.attempts_max:
        _give_up(session, as_seen, patience.attempts_max)
        return None
    step = as_seen.values(
        status=Status.SOLVING,
        attempt=Timetable.attempt + 1,
        worker=worker,
        heartbeat_at=at,
        started_at=func.coalesce(Timetable.started_at, at),
        version=Timetable.version + 1,
        event_seq=_seq(1),
        **dict.fromkeys(FIGURES),
    )
    columns = (Timetable.attempt, Timetable.problem, Timetable.options, Timetable.event_seq)
    taken = session.execute(step.returning(*columns)).first()
    if taken is None:
        return None
    _tell(session, row.id, taken.event_seq, "started", {"attempt": taken.attempt})
    return Claim(row.id, taken.attempt, taken.problem, taken.options)


def _losses(session: Session, timetable_id: str, attempts: int) -> int:
    """Attempts that ended without a word: each one handed back is told of by a further `queued` event."""
    of_row = and_(TimetableEvent.timetable_id == timetable_id, TimetableEvent.kind == "queued")
    told = session.scalar(select(func.count()).select_from(TimetableEvent).where(of_row)) or 0
    return attempts - max(0, told - 1)


def _give_up(session: Session, step: Update, attempts: int) -> None:
    detail = f"The worker was lost {attempts} times while solving this week; it is not tried again."
    error = {"code": "poison", "detail": detail}
    _end(session, step, Status.FAILED, error, error=error)


def _row(timetable_id: str) -> Update:
    return update(Timetable).where(Timetable.id == timetable_id).execution_options(synchronize_session=False)


def _mine(claim: Claim) -> Update:
    return _row(claim.id).where(Timetable.attempt == claim.attempt, Timetable.status == Status.SOLVING)


def _seq(more: int) -> Any:
    return Timetable.event_seq + more


def _end(session: Session, step: Update, status: Status, told: dict[str, Any], **values: Any) -> bool:
    """The last step of a row. A problem that came from outside is not kept after it."""
    ended = step.values(
        status=status,
        finished_at=_clock(session),
        version=Timetable.version + 1,
        event_seq=_seq(1),
        problem=case((Timetable.clinic_id.is_(None), None), else_=Timetable.problem),
        **_FREE_AGAIN,
        **values,
    )
    return _step(session, ended, status.value, told)


def _step(session: Session, step: Update, kind: str, told: dict[str, Any]) -> bool:
    row = session.execute(step.returning(Timetable.id, Timetable.event_seq)).first()
    if row is None:
        return False
    _tell(session, row.id, row.event_seq, kind, told)
    return True


def _tell(session: Session, timetable_id: str, seq: int, kind: str, payload: dict[str, Any]) -> None:
    session.add(TimetableEvent(timetable_id=timetable_id, seq=seq, kind=kind, payload=payload))
