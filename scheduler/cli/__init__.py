"""The command line: one small module a command, imported only when its command is called.

A command is a module with two functions, `configure(parser)` and `run(arguments) -> int` (the exit code), and
a line in `COMMANDS`. What a user did wrong is raised as `CommandFailed`, or as the library's own errors.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from scheduler.cli.failure import EXIT_BAD_INPUT, EXIT_DEFECT, EXIT_INTERRUPTED, CommandFailed, told
from scheduler.errors import SchedulerError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


class CommandModule(Protocol):
    def configure(self, parser: ArgumentParser) -> None: ...

    def run(self, arguments: Namespace) -> int: ...


class Command(NamedTuple):
    name: str
    module: str
    summary: str


COMMANDS = (
    Command("solve", "scheduler.cli.solve", "plan a week: problem document in, timetable document out"),
    Command("verify", "scheduler.cli.verify", "every broken rule and every wrong claim of a timetable"),
    Command("explain", "scheduler.cli.explain", "why care stays unmet, and the least to change"),
    Command("repair", "scheduler.cli.repair", "the timetable with the least change after an event"),
    Command("place", "scheduler.cli.place", "week plans for one more patient, everybody else as they are"),
    Command("check", "scheduler.cli.check", "what manual moves would break and cost, without applying them"),
    Command("diff", "scheduler.cli.diff", "what differs between two timetables, by patient and clinician"),
    Command("show", "scheduler.cli.show", "a timetable as a table in the terminal"),
    Command("grid", "scheduler.cli.grid", "what opening the grid of standing groups would gain"),
    Command("stability", "scheduler.cli.stability", "how steady published weeks are for each patient"),
    Command("closures", "scheduler.cli.closures", "the holidays of a region as proposed closures"),
    Command("export", "scheduler.cli.export", "a timetable as a file for other programs"),
    Command("import", "scheduler.cli.importing", "calendars and spreadsheets into a problem document"),
    Command("schema", "scheduler.cli.schema", "the JSON Schemas of the documents"),
    Command("demo", "scheduler.cli.demo", "plan the example week and show it"),
    Command("bench", "scheduler.cli.bench", "the benchmark tables, where the source tree is"),
    Command("serve", "api.commands.serve", "the API and the schedulers' page"),
    Command("worker", "api.commands.worker", "one more node that solves for the service"),
    Command("plan-all", "api.commands.plan_all", "plan a week for every clinic of the service"),
    Command("db", "api.commands.db", "create and migrate the service's database"),
    Command("keys", "api.commands.keys", "API keys: make, list, revoke"),
    Command("audit", "api.commands.audit", "read the service's audit log"),
)
# A pipe whose reader has left ends a program as if by SIGPIPE: 128 + 13.
EXIT_BROKEN_PIPE = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and answer with its exit code; no exception leaves, whatever happens."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _never_fail_on_narrow_encodings()
    show_traceback = words[:1] == ["--traceback"]
    try:
        return _run(words[1:] if show_traceback else words)
    except CommandFailed as failure:
        return _tell(failure)
    except SchedulerError as error:
        refusal = told(error)
        return _tell_unexpected(error) if refusal is None else _tell(refusal)
    except SystemExit as leaving:  # argparse, which has said what is wrong
        return leaving.code if isinstance(leaving.code, int) else EXIT_BAD_INPUT
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # What is still buffered cannot be written either, and Python would complain about that at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_PIPE
    except Exception as error:
        if show_traceback:
            raise
        return _tell_unexpected(error)


def _run(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(_overview(), file=sys.stdout if words else sys.stderr)
        return 0 if words else EXIT_BAD_INPUT
    if words[0] in ("-V", "--version"):
        from importlib.metadata import version

        print("iop-scheduler", version("iop-scheduler"))
        return 0
    command = _named(words[0])
    module = _module_of(command)

    from argparse import ArgumentParser

    parser = ArgumentParser(prog=f"iop-scheduler {command.name}", description=_sentence(command.summary))
    module.configure(parser)
    code = module.run(parser.parse_args(words[1:]))
    sys.stdout.flush()
    return code


def _named(word: str) -> Command:
    for command in COMMANDS:
        if command.name == word:
            return command
    from difflib import get_close_matches

    near = get_close_matches(word, [command.name for command in COMMANDS], n=1)
    maybe = f" Maybe: {near[0]}." if near else ""
    raise CommandFailed(f"{word!r} is no command.{maybe} `iop-scheduler --help` lists them.")


def _module_of(command: Command) -> CommandModule:
    if not _is_installed(command):
        raise CommandFailed(
            f"`{command.name}` belongs to the service (package api), which is not installed here."
        )
    return cast(CommandModule, import_module(command.module))


def _is_installed(command: Command) -> bool:
    """Looked up without importing any package on the way: the service's take seconds to load."""
    name, folders = "", None
    for part in command.module.split("."):
        name = f"{name}.{part}" if name else part
        spec = PathFinder.find_spec(name, folders)
        if spec is None:
            return False
        folders = spec.submodule_search_locations
    return True


def _overview() -> str:
    lines = "\n".join(f"  {c.name:<10} {c.summary}" for c in COMMANDS if _is_installed(c))
    return (
        "usage: iop-scheduler COMMAND …\n\n"
        "Weekly timetables for intensive outpatient programs.\n\n"
        f"{lines}\n\n"
        "`iop-scheduler COMMAND --help` tells more. A file named - is standard input.\n"
        "Exit codes: 0 done, 1 findings, 2 bad input, 3 no timetable keeps the pins in time, 130 interrupted."
    )


def _sentence(summary: str) -> str:
    return summary[0].upper() + summary[1:] + "."


def _tell(failure: CommandFailed) -> int:
    print(*failure.lines, sep="\n", file=sys.stderr)
    return failure.exit_code


def _tell_unexpected(error: Exception) -> int:
    print(
        f"Internal error, a defect of this program: {type(error).__name__}: {error}\n"
        "Please report it; `iop-scheduler --traceback COMMAND …` shows where it arose.",
        file=sys.stderr,
    )
    return EXIT_DEFECT


def _never_fail_on_narrow_encodings() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
