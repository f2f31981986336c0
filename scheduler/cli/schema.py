"""`schema`: the JSON Schemas of the documents."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from scheduler.cli.documents import as_text, write
from scheduler.schema import DOCUMENTS, schema, schemas


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "document",
        nargs="?",
        choices=sorted(DOCUMENTS),
        help="one document (default: all, in one object by name)",
    )


def run(arguments: Namespace) -> int:
    write(None, as_text(schema(arguments.document) if arguments.document else dict(schemas())))
    return 0
