"""`grid`: what opening the grid of standing groups would gain; or a timetable's groups as such a grid."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduler.cli.documents import as_text, read_timetable, read_week, write
from scheduler.cli.failure import CommandFailed
from scheduler.cli.solve import natural, seconds
from scheduler.names import Names
from scheduler.show import counted, hours

if TYPE_CHECKING:
    from scheduler.grid_gain import GridFigures, GridGain


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("week", metavar="WEEK.json", help="the problem document, with `clinic.standing`")
    parser.add_argument(
        "--of", metavar="OUT.json", help="write the groups of this timetable as `standing` entries instead"
    )
    parser.add_argument(
        "--time-limit", type=seconds, default=30.0, metavar="S", help="seconds for each week (default 30)"
    )
    parser.add_argument(
        "--deterministic", type=seconds, metavar="WORK", help="so much work for each week instead of seconds"
    )
    parser.add_argument("--seed", type=natural, default=0, metavar="N", help="another search (default 0)")
    parser.add_argument("--json", action="store_true", help="a JSON document instead of lines to read")


def run(arguments: Namespace) -> int:
    from scheduler.standing import standing_of

    problem = read_week(arguments.week).problem
    if arguments.of is not None:
        write(None, as_text({"standing": standing_of(problem, read_timetable(arguments.of).sessions)}))
        return 0
    if not problem.clinic.standing:
        raise CommandFailed("The clinic has no standing groups; `grid WEEK.json --of OUT.json` writes some.")
    from scheduler.grid_gain import grid_gain

    gain = grid_gain(
        problem,
        seconds=arguments.time_limit,
        seed=arguments.seed,
        deterministic=arguments.deterministic,
    )
    if arguments.json:
        write(None, as_text(gain.document()))
    else:
        print(*lines_of(gain, Names(problem)), sep="\n")
    return 0


def lines_of(gain: GridGain, names: Names) -> Iterator[str]:
    yield f"On the grid: {_figures(gain.standing)}."
    yield f"Free:        {_figures(gain.free)}."
    unmet = gain.unmet_minutes_gained
    cared = f", and {hours(unmet)} of care more delivered" if unmet > 0 else ""
    yield f"Opening the grid would cost {gain.gain:,} less{cared}. No week is below {gain.bound:,}."
    if gain.not_held:
        yield f"Standing groups that are not held: {', '.join(gain.not_held)}."
    if gain.elsewhere:
        yield "The free week holds elsewhere:"
    for s in gain.elsewhere:
        who = counted(len(s.patients), "patient")
        yield f"  {s.start:%a %H:%M} {names.session_type(s.session_type)}, {who}"


def _figures(figures: GridFigures) -> str:
    short = counted(figures.patients_short, "patient")
    groups = counted(figures.group_sessions, "group")
    return f"objective {figures.objective:,}, {figures.unmet_minutes} min unmet ({short}), {groups}"
