"""Documents from files and standard input, and back; every way this goes wrong is one clear sentence."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.cli.failure import CommandFailed, refused
from scheduler.errors import Fault, ProblemRefused

if TYPE_CHECKING:
    from scheduler.intake import Reading
    from scheduler.timetable import Timetable

STDIN = "-"


def named(path: str) -> str:
    return "standard input" if path == STDIN else path


def read_bytes(path: str) -> bytes:
    if path == STDIN:
        content = sys.stdin.buffer.read()
    else:
        try:
            content = Path(path).read_bytes()
        except (OSError, ValueError) as error:
            raise CommandFailed(f"{path} cannot be read: {_reason(error)}.") from None
    if not content.strip():
        raise CommandFailed(f"{named(path)} is empty.")
    return content


def read_week(path: str) -> Reading:
    """The problem document with its warnings; a refused one ends the command with all its faults."""
    from scheduler.intake import read_problem

    content = read_bytes(path)
    try:
        return read_problem(content)
    except ProblemRefused as refusal:
        raise refused(named(path), refusal.faults, refusal.kind) from None


def read_object(path: str, kind: str) -> dict[str, Any]:
    """A JSON object, its fields not yet judged."""
    try:
        document = json.loads(read_bytes(path))
    except json.JSONDecodeError as error:
        message = f"not JSON, line {error.lineno}, column {error.colno}: {error.msg}"
        raise refused(named(path), [Fault("", message, "json")], kind) from None
    except (ValueError, RecursionError) as error:  # not UTF-8, a number without end, brackets without end
        raise refused(named(path), [Fault("", f"not JSON: {_trouble(error)}", "json")], kind) from None
    if not isinstance(document, dict):
        raise refused(named(path), [Fault("", "expected a JSON object", "type")], kind)
    return document


def read_timetable(path: str) -> Timetable:
    from pydantic import ValidationError

    from scheduler.timetable import Timetable

    document = read_object(path, "timetable")
    try:
        return Timetable.model_validate(document)
    except ValidationError as error:
        faults = [Fault(_pointer(e["loc"]), e["msg"], e["type"]) for e in error.errors(include_url=False)]
        raise refused(named(path), faults, "timetable") from None


def as_text(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def check_writable(path: str | None, inputs: Sequence[str]) -> None:
    """Complain before the work rather than after it."""
    if path is None:
        return
    target = Path(path)
    if target.is_dir():
        raise CommandFailed(f"{path} is a directory: name a file.")
    if not target.resolve().parent.is_dir():
        raise CommandFailed(f"{path} cannot be written: its directory does not exist.")
    for given in inputs:
        if given != STDIN and target.exists() and Path(given).exists() and target.samefile(given):
            raise CommandFailed(f"{path} would replace the document it is made from: name another file.")


def write(path: str | None, content: bytes) -> None:
    """To standard output, or to a file that is either complete or as it was."""
    if path is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        if _is_regular_or_new(path):
            _replace(Path(path).resolve(), content)
        else:  # a terminal, a pipe or another device has nothing to be replaced
            Path(path).write_bytes(content)
    except OSError as error:
        raise CommandFailed(f"{path} cannot be written: {_reason(error)}.") from None


def _is_regular_or_new(path: str) -> bool:
    try:
        return stat.S_ISREG(Path(path).stat().st_mode)
    except FileNotFoundError:
        return True


def _replace(target: Path, content: bytes) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            draft.chmod(stat.S_IMODE(target.stat().st_mode))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _pointer(location: Sequence[int | str]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in location)


def _trouble(error: Exception) -> str:
    match error:
        case UnicodeDecodeError():
            return "not UTF-8 text"
        case RecursionError():
            return "nested too deeply"
        case _:
            return "a number is too long"


def _reason(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file"
        case IsADirectoryError():
            return "it is a directory"
        case PermissionError():
            return "permission is denied"
        case OSError():
            return (error.strerror or "the system gave no reason").lower()
        case _:
            return "this is no file name"
