"""All that the services of these tests write and give out, to be searched for what it must not hold."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

import httpx

# The name of the examples, and the words that the tests plant: each belongs into bodies and nowhere else.
WORDS = ("A. Example", "Zebulon", "custody hearing")
# Where an answer gives out a secret, once: a feed's address, and what signs a webhook's deliveries.
GIVEN_OUT = re.compile(r"/v1/feeds/([\w-]{43,})\.ics|(whsec_[\w+/=]{20,})")
FIRST_KEY = re.compile(
    r"\s+iop[0-9a-f]{12}\.([\w-]{43,})\s*"
)  # the line of its own on which `serve` prints it
# Programs that call the service write addresses as they were given them.
CALLERS = ("httpx", "httpcore", "urllib3", "schemathesis", "hypothesis")


class Witness(logging.Handler):
    """Log lines, addresses given out, metrics and error texts; `found` names those that tell too much."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.secrets: set[str] = set()

    def watch(self) -> None:
        """Be among the root's handlers; setting up a service's logs puts its own in place of all others."""
        if self not in logging.getLogger().handlers:
            logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] in CALLERS:
            return
        own = [h for h in logging.getLogger().handlers if h is not self and h.formatter is not None]
        self.lines.append(own[0].format(record) if own else record.getMessage())

    def answered(self, answer: httpx.Response) -> httpx.Response:
        """Note what an answer says outside of the documents that belong in bodies, and its secrets."""
        if answer.status_code == 201:
            self.given_out(answer.text)
        self.lines += [answer.headers[name] for name in ("location", "link") if name in answer.headers]
        if answer.headers.get("content-type") == "application/problem+json":
            document = answer.json()
            self.lines += [document["title"], document["detail"]]
            self.lines += [error["message"] for error in document.get("errors") or ()]
        return answer

    def given_out(self, text: str) -> None:
        """Note the secrets that a text gives out on purpose."""
        self.secrets |= {secret for match in GIVEN_OUT.findall(text) for secret in match if secret}

    def written(self, lines: Iterable[str]) -> None:
        """Note what a service of its own process wrote, but for the line that gives out its first key."""
        for line in lines:
            if key := FIRST_KEY.fullmatch(line):
                self.secrets.add(key[1])
            else:
                self.lines.append(line)

    def metrics(self, text: str) -> None:
        self.lines.append(text)

    def found(self) -> list[str]:
        """The lines that hold a planted word, a key or the secret of a feed or webhook."""
        words = {*WORDS, *self.secrets}
        return [line for line in self.lines if any(word in line for word in words)]


WITNESS = Witness()
