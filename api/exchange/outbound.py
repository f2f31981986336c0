"""One HTTP request to an address that somebody typed in, which must not become a door into the network here.

A host name is looked up once; every address it has must be public, and the connection is made to an address
that was looked at, so a second look-up cannot lead elsewhere. Redirects are not followed, proxies of the
environment not used, and all of it ends at a deadline.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer
from typing import Final
from urllib.parse import SplitResult, urlsplit

Address = IPv4Address | IPv6Address
ANSWER_MOST: Final = 4096  # bytes of an answer that are read, so that the connection ends in good order
# Addresses inside of which others are written: what they lead to counts.
_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


class NotSent(Exception):
    """Why nothing was delivered, without the address: it may hold a secret."""


def fault_of(url: str, private: bool) -> str | None:
    """What is wrong with an address as it is written; looking it up is left to the moment of sending."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "this is no address of a web server"
    if parts.scheme not in (("https", "http") if private else ("https",)):
        return "an address begins with https://"
    if not host or port == 0 or parts.username is not None or parts.password is not None or parts.fragment:
        return "an address has a host, and neither a name, a password nor a fragment"
    if not url.isascii() or not url.isprintable() or " " in url:
        return "an address has no blanks and no letters beyond ASCII"
    literal = _literal(host)
    if literal is not None and not private and not public(literal):
        return "this address is not public"
    return None


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def public(address: Address) -> bool:
    """Reachable from anywhere: neither this machine, nor a network behind it, nor a group of machines."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and any(address in network for network in _TRANSLATED):
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None and not public(inner):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def send(url: str, body: bytes, headers: Mapping[str, str], *, private: bool, seconds: float) -> int:
    """POST once and answer the status; raises `NotSent` where there is none."""
    if fault_of(url, private) is not None:
        raise NotSent("the address is not allowed")
    connection = _Checked(urlsplit(url), private, seconds)
    # Every read and write has its own timeout; together they could go on for hours.
    end = Timer(seconds, connection.abort)
    end.start()
    try:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, dict(headers))
        answer = connection.getresponse()
        answer.read(ANSWER_MOST)
        if connection.aborted:  # an end in the middle of the headers looks like their end
            raise NotSent("no answer in time")
        return answer.status
    except ssl.SSLError:
        raise NotSent("no secure connection could be made") from None
    except TimeoutError:
        raise NotSent("no answer in time") from None
    except (OSError, HTTPException, ValueError) as failure:
        raise NotSent(f"no answer ({type(failure).__name__})") from None
    finally:
        end.cancel()
        connection.close()


class _Checked(HTTPConnection):
    """A connection to an address that was found to be public when the name was looked up."""

    def __init__(self, parts: SplitResult, private: bool, seconds: float) -> None:
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        super().__init__(parts.hostname or "", port, timeout=seconds)
        self._secure = secure
        self._private = private
        self._plain: socket.socket | None = None
        self.aborted = False

    def connect(self) -> None:
        host, port = self.host, self.port
        assert port is not None
        address = self._address(host, port)
        self._plain = socket.create_connection((str(address), port), timeout=self.timeout)
        self.sock = self._plain
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self._plain, server_hostname=host)

    def _address(self, host: str, port: int) -> Address:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            raise NotSent("the host is not known") from None
        addresses = [ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
        if not addresses or not (self._private or all(map(public, addresses))):
            raise NotSent("the host leads to an address that is not public")
        return addresses[0]

    def abort(self) -> None:
        """From another thread: whoever waits for the socket gets an error or an end."""
        self.aborted = True
        for open_socket in (self.sock, self._plain):
            try:
                if open_socket is not None:
                    open_socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
