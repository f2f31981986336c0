"""All that the services of the tests write and give out, to be searched for what it must not hold.

What a service logs in this process comes by itself (`watch_logs`); what one of its own process writes comes
through `tests.processes`, the only way in which a test can start one.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from urllib.parse import unquote

import httpx
import structlog

# The name of the examples, and the words that the tests plant: each belongs into bodies and nowhere else.
# Zanzibar is in every calendar that the tests have.
WORDS = ("a. example", "zebulon", "custody hearing", "zanzibar")
# A patient's id belongs into paths and bodies: no log and no metric has it.
PLANTED_ID = "patient-id-planted-4711"
# Where an answer gives out a secret, once: a feed's address, and what signs a webhook's deliveries.
GIVEN_OUT = re.compile(r"/v1/feeds/([\w-]{43,})\.ics|(whsec_[\w+/=]{20,})")
FIRST_KEY = re.compile(
    r"\s*iop[0-9a-f]{12}\.([\w-]{43,})\s*"
)  # the line of its own on which `serve` and `keys create` print it
# Programs that call the service write addresses as they were given them.
CALLERS = ("httpx", "httpcore", "urllib3", "schemathesis", "hypothesis")
ROUTE = re.compile(r'"route": "([^"]*)"')


class Witness:
    """Log lines, addresses given out, metrics and error texts; `found` names those that tell too much."""

    def __init__(self) -> None:
        self.logs: list[str] = []  # and metrics: what operators read
        self.texts: list[str] = []  # what callers are told outside of the documents in bodies
        self.secrets: set[str] = set()

    @property
    def lines(self) -> list[str]:
        return self.logs + self.texts

    def logged(self, record: logging.LogRecord) -> None:
        """Note a record of this process as the service's own handler writes it."""
        if record.name.partition(".")[0] not in CALLERS:
            self.logs.append(_written(record))

    def answered(self, answer: httpx.Response) -> None:
        """Note what an answer says outside of the documents that belong in bodies, and its secrets."""
        if answer.status_code == 201:
            self.given_out(answer.read().decode())
        self.texts += [answer.headers[name] for name in ("location", "link") if name in answer.headers]
        if answer.headers.get("content-type") == "application/problem+json":
            document = json.loads(answer.read())
            self.texts += [document["title"], document["detail"]]
            self.texts += [error["message"] for error in document.get("errors") or ()]

    def given_out(self, text: str) -> None:
        """Note the secrets that a text gives out on purpose."""
        self.secrets |= {secret for match in GIVEN_OUT.findall(text) for secret in match if secret}

    def asked_for(self, address: str) -> None:
        """Note an address that the page has asked for."""
        self.texts.append(unquote(address))

    def written(self, lines: Iterable[str]) -> None:
        """Note what a service of its own process wrote, but for the line that gives out its first key."""
        self.logs += self._without_keys(lines)

    def printed(self, lines: Iterable[str]) -> None:
        """Note what a command told the person who gave it: ids too, where they were asked for."""
        self.texts += self._without_keys(lines)

    def _without_keys(self, lines: Iterable[str]) -> Iterable[str]:
        for line in lines:
            if key := FIRST_KEY.fullmatch(line):
                self.secrets.add(key[1])
            else:
                yield line

    def metrics(self, text: str) -> None:
        self.logs.append(text)

    def found(self) -> list[str]:
        """The lines that hold a planted word, a key or the secret of a feed or webhook.

        Of logs and metrics those as well that hold the planted patient's id, or a route that is no template.
        """
        if not self.lines:  # nothing of the service ran, and its routes need not be read
            return []
        templates = _templates()
        told = [line for line in self.lines if any(word in line.lower() for word in WORDS)]
        told += [line for line in self.lines if any(secret in line for secret in self.secrets)]
        told += [line for line in self.logs if PLANTED_ID in line]
        return told + [line for line in self.logs if not templates.issuperset(ROUTE.findall(line))]


def _written(record: logging.LogRecord) -> str:
    handlers = logging.getLogger().handlers
    formats = [h.formatter for h in handlers if isinstance(h.formatter, structlog.stdlib.ProcessorFormatter)]
    return formats[0].format(record) if formats else f"{record.name} {record.getMessage()}"


@cache
def _templates() -> frozenset[str]:
    """Every route of the service as logs may name it; `unmatched` is any other path."""
    from api import routes

    modules = [import_module(f"{routes.__name__}.{m.name}") for m in iter_modules(routes.__path__)]
    routers = [module.router for module in modules if hasattr(module, "router")]
    return frozenset(("unmatched", *(route.path_format for router in routers for route in router.routes)))


def watch_logs(witness: Witness) -> None:
    """From now on every record that any handler of this process gets is the witness's as well."""
    write = logging.Logger.callHandlers

    def call_handlers(self: logging.Logger, record: logging.LogRecord) -> Any:
        witness.logged(record)
        return write(self, record)

    logging.Logger.callHandlers = call_handlers  # type: ignore[method-assign]


WITNESS = Witness()
