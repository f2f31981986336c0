"""`solve`: construction, then ruin and recreate on every core allowed, a bound beside it, a verified
answer.
"""

from __future__ import annotations

import math
import threading
import time
from contextlib import suppress
from typing import Any

import numpy as np

from scheduler.cores import cores_allowed
from scheduler.errors import InternalFault, NoTimetableFound
from scheduler.evaluation import Evaluation, evaluate
from scheduler.grid import Grid
from scheduler.pins import refuse_clashes
from scheduler.problem import Problem, SessionPin
from scheduler.progress import Progress, ProgressListener, gap_between
from scheduler.solver.annealing import Annealing
from scheduler.solver.answer import timetable_of
from scheduler.solver.assembly import sessions_of
from scheduler.solver.kernels import translated
from scheduler.solver.kernels.memory import KINDS
from scheduler.solver.kernels.pricing import BIG
from scheduler.solver.kernels.search import WORK
from scheduler.solver.proving import Proving
from scheduler.solver.seeding import excuse_facts
from scheduler.solver.steering import Steering
from scheduler.solver.worker import Worker
from scheduler.standing import Groups
from scheduler.timetable import PlannedSession, Timetable
from scheduler.verify import verify
from scheduler.week import Week, compile_week

EXCHANGE_SECONDS = 4.0
SETTLING_SECONDS = 0.02  # a patient, beyond the time limit
CLIMB_FROM = 4.0  # seconds of time limit from which a process of its own for the bound is worth its start


class _Solve:
    def __init__(
        self,
        problem: Problem,
        time_limit: float,
        gap: float,
        seed: int,
        workers: int,
        deterministic: float | None,
        on_progress: ProgressListener | None,
        stop: threading.Event | None,
        groups: Groups = "free",
        keep: float | None = None,
    ) -> None:
        self.began = time.monotonic()
        self.problem, self.time_limit, self.gap, self.seed = problem, time_limit, gap, seed
        self.deterministic, self.on_progress = deterministic, on_progress
        self.stop = stop or threading.Event()
        refuse_clashes(problem)
        self.week = compile_week(problem)
        happened = [p for p in problem.pins if isinstance(p, SessionPin) and p.happened]
        excuse_facts(self.week, [_fact(self.week, i, p) for i, p in enumerate(happened)])
        self.groups, self.free = groups, self.week
        self.grid = Grid(self.week) if groups != "free" else None
        if self.grid is not None:
            self.week = self.grid.kept() if groups == "standing" else self.grid.preferred()
        self.keep = keep
        self.steers = keep is not None and bool(self.week.arrays.has_baseline.any())
        self.steered: list[Steering] = []
        self.workers = 1 if deterministic is not None else workers
        # preferring the grid changes the price that the search sees, and not the one that a bound is about
        self.proving = Proving(self.free if groups == "prefer" else self.week)
        self.phases: list[dict[str, Any]] = []
        self.told = 0.0
        self.crew: list[Worker] = []
        self.failed: list[Exception] = []
        self.history: list[tuple[float, int, int]] = []

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    @property
    def bound(self) -> int:
        return self.proving.bound

    def run(self) -> Timetable:
        self._construct()
        self._phase("construction")
        if self.deterministic is not None:
            self.proving.complete()
        else:
            self.proving.start(self.time_limit if self.time_limit >= CLIMB_FROM else None)
        if self.problem.patients and not self._proven():
            self._search()
            self._phase("search")
        doubtful = self._settle()
        self._phase("settling")
        self.proving.finish()
        best = self._best()
        if best.value >= BIG // 2:
            raise NoTimetableFound("no timetable that keeps the pins was found in time")
        return self._answer(sessions_of(self.week, best.best), doubtful)

    def _construct(self) -> None:
        """The baseline taken up again or a construction, then noisy ones, within a tenth of the time."""
        budget = min(0.8, self.time_limit / 10)
        first = Worker(self.week, self.seed)
        if not first.resume():
            first.construct(0.0)
        self.crew = [first]
        for k in range(1, 12):
            done = self.seconds > budget if self.deterministic is None else k >= 3
            if done or self.stop.is_set():
                break
            other = Worker(self.week, self.seed * 1000 + k)
            other.construct(0.15)
            if other.value < self._best().value:
                self.crew = [other]
        if self._best().value >= BIG // 2:
            with suppress(NoTimetableFound):  # few states are kept: the one legal week may be among the lost
                self._best().settle(self._settled_by())
        self._tell("construction", force=True)

    def _best(self) -> Worker:
        return min(self.crew, key=lambda w: w.value)

    def _search(self) -> None:
        lead = self.crew[0]
        self.crew += followers(lead, self.workers, self.seed)
        if self.deterministic is not None:
            self._search_by_work(lead, self.deterministic)
            return
        self.exchanged = self.seconds
        threads = [threading.Thread(target=self._toil_guarded, args=(w,), daemon=True) for w in self.crew]
        for t in threads:
            t.start()
        while any(t.is_alive() for t in threads):
            time.sleep(0.05)
            self._tell("search")
            if self._proven():
                self.proven_stop = True
        for t in threads:
            t.join()
        if len(self.failed) == len(threads):
            raise self.failed[0]

    proven_stop = False

    def _toil_guarded(self, worker: Worker) -> None:
        """A thread that fails costs its work; only when all have failed there is nothing to go on with."""
        try:
            self._toil(worker)
        except Exception as error:
            self.failed.append(error)

    def _toil(self, worker: Worker) -> None:
        began = self.seconds
        last = self.time_limit - self._reserve()
        exchanged = began
        steering = self._steering(worker)
        annealing = Annealing(steering.searcher if steering else worker)
        while not (self.stop.is_set() or self.proven_stop) and self.seconds < last:
            share = (self.seconds - began) / max(1e-9, last - began)
            annealing.step(share)
            if steering is not None:
                if not annealing.scouting:
                    steering.look(share)
            elif self.seconds - exchanged > EXCHANGE_SECONDS and not annealing.scouting:
                exchanged = self.seconds
                best = self._best()
                if overtaken(worker, best):
                    worker.adopt(best.best)
        if annealing.scouting:
            annealing.look()
        if steering is not None:
            steering.finish()

    def _steering(self, worker: Worker) -> Steering | None:
        """The search for a price of `moved`, where a share is to be kept of what the baseline gives."""
        if not self.steers or self.keep is None:
            return None
        steering = Steering(worker, self.keep)
        self.steered.append(steering)
        return steering

    def _reserve(self) -> float:
        """Seconds kept back for settling, reasons and verifying: some 8 ms a patient."""
        return min(0.6 * self.time_limit, 0.1 + 0.0075 * len(self.problem.patients))

    def _search_by_work(self, worker: Worker, work: float) -> None:
        """A fixed amount of work (thousands of rounds), so that every machine finds the same timetable."""
        total = max(1, int(1000 * work))
        steering = self._steering(worker)
        annealing = Annealing(steering.searcher if steering else worker)
        for done in range(0, total, 25):
            if self.stop.is_set() or self._proven():
                break
            annealing.step(done / total, min(25, total - done))
            if steering is not None and not annealing.scouting:
                steering.look(done / total)
            self._tell("search")
        if annealing.scouting:
            annealing.look()
        if steering is not None:
            steering.finish()

    def _settle(self) -> int:
        best = self._best()
        if not self.problem.patients or best.value >= BIG // 2:
            return 0
        if self.stop.is_set():  # whoever stops a search wants the answer now
            return len(self.problem.patients)
        steering = next((s for s in self.steered if s.worker is best), None)
        return (steering or best).settle(self._settled_by())

    def _settled_by(self) -> float:
        """When settling has to end: it may go on past the time limit for a while, so that everybody is placed
        exactly even if the time was short.
        """
        if self.deterministic is not None:
            return math.inf
        over = max(1.0, SETTLING_SECONDS * len(self.problem.patients))
        return self.began + max(self.time_limit, self.seconds) + over

    def _proven(self) -> bool:
        if self.steers:  # the cheapest timetable by `weights.moved` is not what is looked for
            return False
        best = self._best().value
        return gap_between(best, self.bound) <= self.gap

    def _phase(self, name: str) -> None:
        spent = sum(p["seconds"] for p in self.phases)
        self.phases.append(
            {
                "phase": name,
                "seconds": round(max(0.0, self.seconds - spent), 3),
                "best": self._best().value,
                "bound": self.bound,
            }
        )

    def _tell(self, phase: str, force: bool = False) -> None:
        now = self.seconds
        if not force and now - self.told < 0.25:
            return
        self.told = now
        best = self._best()
        value = best.value
        if value >= BIG // 2:
            return
        self.history.append((round(now, 2), value, self.bound))
        if self.on_progress is not None:
            short = self._patients_short(best)
            gap = gap_between(value, self.bound)
            self.on_progress(Progress(value, self.bound, gap, now, short, phase))

    def _patients_short(self, worker: Worker) -> int:
        figures = evaluate(self.problem, sessions_of(self.week, worker.best)).patients
        return sum(f.unmet_minutes > 0 for f in figures)

    def _kinds(self) -> dict[str, dict[str, float]]:
        """What each kind of ruin did. Seconds of all threads, shared out by the patients planned."""
        stats = np.sum([w.best.stats for w in self.crew], axis=0)
        searched = sum(p["seconds"] for p in self.phases if p["phase"] == "search") * len(self.crew)
        share = searched / max(1, int(stats[:, WORK].sum()))
        names = ("tries", "accepted", "improved", "gain", "planned")
        return {
            kind: dict(zip(names, map(int, row), strict=True))
            | {"seconds": round(float(row[WORK]) * share, 2)}
            for kind, row in zip(KINDS, stats, strict=True)
        }

    def _answer(self, sessions: tuple[PlannedSession, ...], doubtful: int) -> Timetable:
        figures: Evaluation = evaluate(self.problem, sessions)
        bound = min(self.bound, figures.value)
        best = self._best()
        premium = self.grid.premium(sessions) if self.grid is not None and self.groups == "prefer" else 0
        if figures.value != best.value - premium:
            raise InternalFault(f"the search says {best.value}, the rules say {figures.value}")
        if self.stop.is_set():
            reason = "cancelled"
        elif figures.value == bound:
            reason = "optimal"
        else:
            reason = "gap" if gap_between(figures.value, bound) <= self.gap else "time"
        solver = {
            "seconds": round(self.seconds, 3),
            "stop_reason": reason,
            "seed": self.seed,
            "workers": self.workers,
            "rounds": sum(w.tried for w in self.crew),
            "phases": self.phases,
            "kinds": self._kinds(),
            "history": [{"seconds": s, "best": v, "bound": b} for s, v, b in self.history],
            "placements_not_exact": doubtful,
        }
        if self.groups != "free":
            solver["groups"] = self.groups
        timetable = timetable_of(self.free, sessions, figures, bound, solver)
        judged = verify(self.problem, timetable)
        if not judged.clean:
            wrong = [str(f) for f in judged.findings] + [str(c) for c in judged.wrong_claims]
            raise InternalFault("the answer failed its own verification: " + "; ".join(wrong[:5]))
        return timetable


def followers(lead: Worker, workers: int, seed: int) -> list[Worker]:
    """The other workers, going on from the same construction with random numbers of their own."""
    made = [Worker(lead.week, seed * 1000 + 77 * k) for k in range(1, workers)]
    for worker in made:
        worker.adopt(lead.best)
    return made


def overtaken(worker: Worker, best: Worker) -> bool:
    """Whether a worker has fallen so far behind that it goes on from the best timetable instead."""
    return best is not worker and best.value < worker.value - abs(worker.value) // 400


def _fact(week: Week, index: int, pin: SessionPin) -> PlannedSession:
    session = pin.session
    minutes = week.problem.session_types[week.type_index[session.session_type]].minutes
    begin = week.calendar.minute_of(session.start)
    return PlannedSession(
        id=session.id or f"fact-{index}",
        session_type=session.session_type,
        start=session.start,
        end=week.calendar.moment_of(begin + minutes),
        clinicians=session.clinicians or (),
        room=session.room,
        patients=session.patients,
    )


def solve(
    problem: Problem,
    *,
    time_limit: float = 60.0,
    gap: float = 0.01,
    seed: int = 0,
    workers: int | None = None,
    deterministic: float | None = None,
    on_progress: ProgressListener | None = None,
    stop: threading.Event | None = None,
    groups: Groups = "free",
    keep: float | None = None,
) -> Timetable:
    """The best timetable found for a week, with a proven lower bound; verified before it is returned.

    `time_limit` is in seconds from the call; the search also ends when the proven gap is at most `gap`, or
    when `stop` is set (the best timetable so far is returned). `deterministic` replaces the clock by an
    amount of work (thousands of search rounds): the same timetable on every machine.

    `groups` says what standing groups mean: nothing, the only places where groups of their types are held
    (the bound is then one for such weeks), or places that are preferred.

    `keep` is a share of the attendances that continue from the baseline: the search looks for the timetable
    that costs least without `moved` among those that leave so many where they are, whatever `weights.moved`
    says. Without a baseline it means nothing, and where a week cannot keep so many it keeps fewer.

    The first call on a machine translates the search kernels before its clock starts (about half a minute).

    Raises PinsClash when pins contradict hard rules, NoTimetableFound when none that keeps them was found.
    """
    if not translated():
        from scheduler.solver.warm import warm_up

        warm_up()
    run = _Solve(
        problem,
        time_limit,
        gap,
        seed,
        workers or min(8, cores_allowed()),
        deterministic,
        on_progress,
        stop,
        groups,
        keep,
    )
    return run.run()
