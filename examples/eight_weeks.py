"""Eight weeks of a clinic, one after the other: who leaves, who comes, who misses, who is away.

    python examples/eight_weeks.py [WEEK.json] [--weeks 8] [--seed 0] [--work 1] [--svg OUT.svg] [--region US]

Every week 12 % of the patients leave and as many are admitted, on a date known a week ahead; a few step down;
10 % of attendances are missed and made up where a seat is free; one clinician calls out for a day. All people
and chances are invented. `--work` is the search's effort a week (thousands of rounds).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from scheduler import Timetable, read_problem, solve
from scheduler.admission import admission, sessions_for
from scheduler.attendance import Mark, progress
from scheduler.authorizations import StoredAuthorization, Used, authorized_in_week, used_in
from scheduler.evaluation import Evaluation, evaluate
from scheduler.event import read_event
from scheduler.holidays import proposed_closures
from scheduler.makeups import MakeUp, make_ups, with_make_ups
from scheduler.problem import Problem
from scheduler.repair import repair
from scheduler.stability import attendances
from scheduler.timetable import PlannedSession
from scheduler.verify import broken

Doc = dict[str, Any]
Sessions = tuple[PlannedSession, ...]
TURNOVER, NO_SHOWS, STEP_DOWN = 0.12, 0.10, 0.04
# The share of attendances that keep their time, and what is aimed at in turn until so many do
KEEP, AIMS = 0.9, (0.9, 0.92, 0.95)
MOVED = 75  # `weights.moved`, with which the search begins
# A step-down keeps to times the patient had, before all but care: 2,000 and more for a new one
NEW_TIMES = 40
FIRST = 4  # the week that all others follow from is searched so many times as long
# Every how many weeks it is planned from scratch twice, and how far apart the seeds are
AGAIN, ANOTHER = 4, 100
CARE_DAYS, FOR_DAYS = 14, 28  # what a payer authorises at a time


@dataclass
class WeekStory:
    """What happened in one week, in figures; `lines` are for reading."""

    start: date
    kept: tuple[int, int] = (0, 0)  # attendances at a time the patient had, of all of continuing patients
    stepped: list[tuple[int, int]] = field(default_factory=list)  # the same of each who stepped down
    searches: int = 0  # until enough kept their time
    cost: int = 0  # objective without `moved`
    scratch_cost: int | None = None  # what a plan from scratch would cost in the same week
    again_cost: int | None = None  # from scratch with other random numbers, every fourth week
    unmet: int = 0
    owed: int = 0  # by missed sessions
    made_up: int = 0
    no_seat: int = 0  # owed minutes that no legal week has a free place for
    overruns: list[str] = field(default_factory=list)
    waited: list[int] = field(default_factory=list)  # open dates before each admission's first session
    unexplained: list[str] = field(default_factory=list)  # admitted later than on the second, and no reason
    broken: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


class Clinic:
    """A clinic's document and what is remembered of it from week to week."""

    def __init__(self, document: Doc, seed: int, work: float) -> None:
        self.document, self.dice, self.work, self.seed = deepcopy(document), Random(seed), work, seed
        self.models = deepcopy(document["patients"])
        self.first = self.week = date.fromisoformat(document["clinic"]["week_start"])
        self.published: Sessions = ()
        self.authorizations: dict[str, list[StoredAuthorization]] = {}
        self.used: dict[str, list[Used]] = defaultdict(list)
        self.admitted: dict[str, date] = {}
        self.stepped: set[str] = set()
        self.number = 0
        for patient in self.document["patients"]:
            self._authorise(patient)

    # -- from one week to the next --------------------------------------------------------------------------

    def next_week(self, story: WeekStory) -> None:
        """Leavers go, the known admissions come, a few step down."""
        self.week += timedelta(days=7)
        story.start = self.week
        self.document["clinic"]["week_start"] = self.week.isoformat()
        patients = self.document["patients"]
        count = max(1, round(TURNOVER * len(patients)))
        gone = {p["id"] for p in self.dice.sample(patients, count)}
        self.admitted, self.stepped = {}, set()
        staying = [p for p in patients if p["id"] not in gone]
        self._step_down(staying)
        new = [self._admission() for _ in range(count)]
        self.document["patients"] = [*staying, *new]
        self._forget(gone)
        story.lines.append(f"{count} leave, {len(new)} are admitted, {len(self.stepped)} step down.")

    def _step_down(self, patients: list[Doc]) -> None:
        programs = [p["id"] for p in self.document["programs"]]
        if "step-down" not in programs:
            return
        of_the_kind = [p for p in patients if p["program"] == programs[0] and "phases" not in p]
        for patient in of_the_kind:
            if self.dice.random() < STEP_DOWN:
                phase = {"from": self.week.isoformat(), "program": "step-down", "new_time_weight": NEW_TIMES}
                patient["phases"] = [phase]
                self.stepped.add(patient["id"])

    def _admission(self) -> Doc:
        """Somebody like one of the first week, in residential care until a date of this week."""
        patient: Doc = deepcopy(self.dice.choice(self.models))
        self.number += 1
        patient["id"] = f"new{self.number}"
        patient.pop("active", None)
        first = self.week + timedelta(days=self.dice.choice([0, 0, 0, 1, 2]))
        patient["phases"] = [
            {"from": (self.week - timedelta(days=30)).isoformat(), "program": None, "name": "residential"},
            {"from": first.isoformat(), "program": patient["program"]},
        ]
        self.admitted[patient["id"]] = first
        self._authorise(patient, first)
        return patient

    def _authorise(self, patient: Doc, first: date | None = None) -> None:
        begins = first or self.week
        block = {"id": f"{patient['id']}-{begins}", "from": begins.isoformat(), "days": CARE_DAYS}
        block["until"] = (begins + timedelta(days=FOR_DAYS - 1)).isoformat()
        self.authorizations.setdefault(patient["id"], []).append(StoredAuthorization.model_validate(block))

    def _forget(self, gone: set[str]) -> None:
        known = {p["id"] for p in self.document["patients"]}
        self.document["apart"] = [a for a in self.document.get("apart") or [] if set(a) <= known]
        for cohort in self.document.get("cohorts") or []:
            cohort["patients"] = [p for p in cohort["patients"] if p not in gone]

    def _authorised(self) -> None:
        for patient in self.document["patients"]:
            stored = self.authorizations[patient["id"]]
            if stored[-1].until is not None and stored[-1].until < self.week + timedelta(days=4):
                self._authorise(patient, max(self.week, stored[-1].until + timedelta(days=1)))
            left = authorized_in_week(stored, self.used[patient["id"]], self.week)
            patient["authorized"] = left.block

    # -- one week -------------------------------------------------------------------------------------------

    def plan(self, story: WeekStory, compare: bool) -> tuple[Problem, Sessions]:
        self._authorised()
        document = deepcopy(self.document)
        document["pins"] = []
        if self.published:
            document["baseline"] = {"sessions": [given(s) for s in self.published]}
        if compare:
            story.scratch_cost = self._from_scratch(document)
            if (self.week - self.first).days // 7 % AGAIN == 1:
                story.again_cost = self._from_scratch(document, ANOTHER)
        timetable = self._kept_to(document, story) if self.published else self._solved(document)
        story.cost = cost_of(evaluate(read_problem(document).problem, timetable.sessions))
        story.unmet = sum(p.unmet_minutes for p in timetable.patients)
        problem = read_problem(document).problem
        sessions = self._prompt(problem, timetable.sessions, story)
        self._compare(sessions, story)
        story.broken += [str(f) for f in broken(problem, sessions)]
        self.published = sessions
        return problem, sessions

    def _from_scratch(self, document: Doc, other: int = 0) -> int:
        """What the week costs planned as if there had been none before, by the same objective."""
        timetable = self._solved(document | {"baseline": None}, other)
        return cost_of(evaluate(read_problem(document).problem, timetable.sessions))

    def _kept_to(self, document: Doc, story: WeekStory) -> Timetable:
        """With enough of the times kept: the search does not count those whose new times are dear to them."""
        document["weights"] = {**(document.get("weights") or {}), "moved": MOVED}
        for aim in AIMS:
            story.searches += 1
            timetable = self._solved(document, keep=aim)
            kept, total = self._kept(attendances(timetable.sessions))
            if kept >= KEEP * total:
                break
        return timetable

    def _solved(self, document: Doc, other: int = 0, keep: float | None = None) -> Timetable:
        problem = read_problem(document).problem
        return solve(problem, deterministic=self.work, gap=0.0, seed=self.seed + other, keep=keep)

    def _prompt(self, problem: Problem, sessions: Sessions, story: WeekStory) -> Sessions:
        """Whoever is admitted starts on their first or second open date, or it is said why not."""
        for name, begins in self.admitted.items():
            patient = next(p for p in self.document["patients"] if p["id"] == name)
            answer = admission([(problem, sessions)], patient, begins)
            if answer.plan is not None:
                sessions = sessions_for(sessions, answer)
                story.waited.append(answer.open_days_waited)
            if not answer.prompt and not answer.reasons:
                story.unexplained.append(name)
            if not answer.prompt:
                reasons = "; ".join(f"{r.date} {r.reason.text}" for r in answer.reasons[:2])
                story.lines.append(f"{name}, due {begins:%a}, starts {answer.first_session}: {reasons}.")
        return sessions

    def _compare(self, sessions: Sessions, story: WeekStory) -> None:
        before, now = attendances(self.published), attendances(sessions)
        for name in self.stepped & now.keys() & before.keys():
            had, week = before[name], now[name]
            times = {place[1:] for place in had}
            # a week of fewer sessions (few days were authorised) holds too few times to choose from
            if len(had) >= len(week):
                story.stepped.append((sum(place[1:] in times for place in week), len(week)))
        story.kept = self._kept(now)

    def _kept(self, now: Mapping[str, frozenset[Any]]) -> tuple[int, int]:
        """Attendances at a time that the patient had, of those that continue; who steps down is left out."""
        kept = total = 0
        for name, had in attendances(self.published).items():
            week = now.get(name, frozenset())
            if name not in self.stepped:
                # what is new this week, or over since the last, does not continue
                kept, total = kept + len(week & had), total + min(len(week), len(had))
        return kept, total

    def call_out(self, problem: Problem, sessions: Sessions, story: WeekStory) -> tuple[Problem, Sessions]:
        """One clinician is away for a day: cover first, then moving."""
        days = sorted({s.start.date() for s in sessions})
        leading = sorted({c for s in sessions for c in s.clinicians})
        if not days or not leading:
            return problem, sessions
        day, away = self.dice.choice(days), self.dice.choice(leading)
        event = {
            "from": f"{day}T00:00",
            "absences": [{"clinician": away, "date": day.isoformat()}],
        }
        mended = repair(problem, sessions, read_event(event, problem), seconds=1.0, alternatives=False)
        changed = mended.changed
        story.lines.append(
            f"{away} calls out on {day:%A}: {changed.lost} attendances lost, "
            f"{changed.clinicians} led by others."
        )
        return read_problem(mended.problem).problem, mended.timetable.sessions

    def attend(self, problem: Problem, sessions: Sessions, story: WeekStory) -> None:
        """Day by day: some miss a session, and what can be made up in the rest of the week is."""
        marks: list[Mark] = []
        last: dict[str, MakeUp] = {}
        made_up: dict[str, int] = defaultdict(int)
        free = {p.id: p for p in problem.patients}
        for day in sorted({s.start.date() for s in sessions}):
            missed = set()
            for s in [s for s in sessions if s.start.date() == day and not s.id.startswith("m")]:
                for patient in s.patients:
                    kind = "missed" if self.dice.random() < NO_SHOWS else "attended"
                    marks.append(Mark.model_validate({"session": s.id, "patient": patient, "mark": kind}))
                    missed |= {patient} if kind == "missed" else set()
            tomorrow = datetime.combine(day + timedelta(days=1), datetime.min.time())
            for patient in sorted(missed & free.keys()):
                done = make_ups(problem, sessions, marks, tomorrow, patient=patient)
                for made in done:
                    last[patient] = made
                    made_up[patient] += made.made_up_minutes
                sessions = with_make_ups(sessions, done)
        story.made_up = sum(made_up.values())
        story.owed = story.made_up + sum(m.still_owed_minutes for m in last.values())
        story.no_seat = sum(m.still_owed_minutes for m in last.values() if not m.could)
        self._draw_down(problem, sessions, marks, story)

    def _draw_down(self, problem: Problem, sessions: Sessions, marks: list[Mark], story: WeekStory) -> None:
        for patient, used in used_in(problem, sessions, marks).items():
            self.used[patient] += used
            for stored in self.authorizations[patient]:
                own = {u.date for u in self.used[patient] if _within(stored, u.date)}
                if stored.days is not None and len(own) > stored.days:
                    story.overruns.append(stored.id)
        delivered = progress(problem, sessions, marks)
        reached = sum(p.payer_days for p in delivered.values())
        story.lines.append(
            f"Missed: {story.owed} min owed, {story.made_up} made up; "
            f"{reached} care days reach the payer's minimum."
        )


def _within(stored: StoredAuthorization, day: date) -> bool:
    return (stored.from_ is None or stored.from_ <= day) and (stored.until is None or day <= stored.until)


def cost_of(figures: Evaluation) -> int:
    return sum(t.cost for t in figures.terms if t.term != "moved")


def given(session: PlannedSession) -> Doc:
    return session.model_dump(mode="json", exclude={"id", "end"})


def roll(document: Doc, weeks: int, seed: int, work: float, compare: bool = False) -> Iterator[WeekStory]:
    """The weeks after the first, which is planned as it stands and with more effort."""
    clinic = Clinic(document, seed, FIRST * work)
    clinic.plan(WeekStory(clinic.week), False)
    clinic.work = work
    for _ in range(weeks):
        story = WeekStory(clinic.week)
        clinic.next_week(story)
        problem, sessions = clinic.plan(story, compare)
        clinic.attend(*clinic.call_out(problem, sessions, story), story)
        yield story


# -- the story ----------------------------------------------------------------------------------------------


def told(story: WeekStory) -> Iterator[str]:
    kept, total = story.kept
    share = f"{100 * kept / total:.0f} %" if total else "–"
    yield f"Week of {story.start}: {share} of attendances keep their time; {story.unmet} min unmet."
    yield from (f"  {line}" for line in story.lines)


def plot(stories: list[WeekStory]) -> str:
    """Shares of attendances kept (line) and of owed care made up (bars), week by week."""
    wide, high = 60 * len(stories) + 60, 220
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" font-family="sans-serif">'
    ]
    points = []
    for i, story in enumerate(stories):
        x = 50 + 60 * i
        made = story.made_up / story.owed if story.owed else 0.0
        parts.append(
            f'<rect x="{x}" y="{180 - 150 * made:.0f}" width="24" height="{150 * made:.0f}" fill="#9bb8d3"/>'
        )
        parts.append(f'<text x="{x}" y="198" font-size="10">{story.start:%d %b}</text>')
        points.append(f"{x + 12},{180 - 150 * story.kept[0] / max(1, story.kept[1]):.0f}")
    parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="#1b4965" stroke-width="2"/>')
    parts.append(
        '<text x="8" y="34" font-size="10">100 %</text><text x="8" y="184" font-size="10">0 %</text>'
    )
    parts.append(
        '<text x="50" y="214" font-size="10">line: attendances kept; bars: owed care made up</text></svg>'
    )
    return "\n".join(parts)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("week", nargs="?", default=str(Path(__file__).with_name("riverside.json")))
    parser.add_argument("--weeks", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=float, default=1.0)
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--region", help="whose holidays are proposed as closures, as US or US-MA")
    asked = parser.parse_args()
    document = json.loads(Path(asked.week).read_text(encoding="utf-8"))
    first = date.fromisoformat(document["clinic"]["week_start"])
    region = asked.region or document["clinic"].get("region") or "US"
    for name, closure in proposed_closures(region, first, first + timedelta(weeks=asked.weeks + 1)):
        print(f"Proposed closure: {closure['date']}, {name}.")
    stories = []
    for story in roll(document, asked.weeks, asked.seed, asked.work):
        stories.append(story)
        print(*told(story), sep="\n", flush=True)
    if asked.svg is not None:
        asked.svg.write_text(plot(stories), encoding="utf-8")
        print(f"Plot written to {asked.svg}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
