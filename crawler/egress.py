"""The one way out of this machine: resolve, check every address, connect to the address that was checked.

Page and sample downloads and the loopback proxy of the browser all go through `Egress.connect`, so that a name that
resolves to a private address, a redirect to one, and a name that resolves differently the second time are all refused.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host name, port) -> addresses as text. Raises OSError when the name does not resolve."""

NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""How networks without IPv4 spell an IPv4 address; judged by what it spells."""
UNICAST = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is given out to the public."""
REFUSED = {
    ipaddress.ip_network(network): kind
    for network, kind in (
        ("100.64.0.0/10", "carrier-grade NAT"),  # some clouds keep metadata services in it
        ("168.63.129.16/32", "a cloud's metadata service"),  # looks public
        ("192.0.0.0/24", "reserved"),
        ("192.88.99.0/24", "reserved"),  # 6to4 relays
        ("198.18.0.0/15", "reserved"),  # benchmarks
        ("::ffff:0:0/96", "an IPv4 address in IPv6"),
        ("::/96", "an IPv4 address in IPv6"),
        ("64:ff9b:1::/48", "an IPv4 address in IPv6"),
        ("2001::/32", "an IPv4 address in IPv6"),  # Teredo
        ("2002::/16", "an IPv4 address in IPv6"),  # 6to4
        ("2001::/23", "reserved"),
    )
}
"""What Python's own table misses, or tells differently from version to version."""
MAX_ADDRESSES = 8
RESOLVING = 15.0
"""Seconds for one name."""
# fmt: off
OTHER_PROTOCOLS = frozenset((
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
    111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
    540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
    6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211,
))
# fmt: on
"""Ports of mail, shells, chats and stores into which a request could be smuggled: those browsers refuse, and two."""


ODD = re.compile(r"[\x00-\x20\x7f\\]")


class EgressRefused(Exception):  # noqa: N818 - an answer, not a defect; no OSError, or Scrapy would try again
    """The address may not be visited. `host` and `why` say which and why."""

    def __init__(self, host: str, why: str) -> None:
        """`why` in English, without the host."""
        super().__init__(f"{host}: {why}")
        self.host = host
        self.why = why


class UnknownHostError(OSError):
    """The name does not resolve."""


class Egress:
    """Decides where the crawler may connect, and connects."""

    def __init__(self, allow_hosts: Iterable[str] = (), *, resolve: Resolve | None = None) -> None:
        """`allow_hosts`: 'host' or 'host:port' that may be visited, whatever address or port it is.

        An entry opens that name and no other one that resolves to the same address.
        """
        self._allowed = frozenset(_plain(entry) for entry in allow_hosts)
        self._resolve = resolve or system_resolve

    def check_url(self, url: str) -> tuple[str, int]:
        """(host, port) of an http or https address that is not refused at sight. Raises EgressRefused."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise EgressRefused(url[:200], f"not an address ({error})") from error
        if parts.scheme not in {"http", "https"}:
            raise EgressRefused(url[:200], "only http and https are visited")
        if "@" in parts.netloc or ODD.search(url.partition("?")[0].partition("#")[0]):
            # Readers disagree about where the host of such an address begins and ends.
            raise EgressRefused(url[:200], "a user name or an odd character in the address")
        if not host or "%" in host:
            raise EgressRefused(url[:200], "no host in the address")
        port = port if port is not None else (443 if parts.scheme == "https" else 80)
        self._check(host, port, _literal(_plain(host)))
        return host, port

    async def addresses(self, host: str, port: int) -> list[str]:
        """The checked addresses of `host`. Raises EgressRefused, UnknownHostError."""
        name = _plain(host)
        self._check(host, port, _literal(name))
        try:
            async with asyncio.timeout(RESOLVING):
                found = [name] if _literal(name) else await self._resolve(name, port)
        except OSError as error:
            raise UnknownHostError(f"{host} does not resolve: {error}") from error
        if not found:
            raise UnknownHostError(f"{host} has no address")
        checked = []
        for text in list(found)[:MAX_ADDRESSES]:
            address = _literal(text)
            if address is None:
                raise EgressRefused(host, f"resolves to {text!r}, which is no address")
            # One private address among public ones refuses the name: an honest site has none.
            self._check(host, port, address)
            checked.append(str(address))
        return checked

    async def connect(self, host: str, port: int, dial: Callable[[str, int], Awaitable[T]]) -> T:
        """What `dial(address, port)` gives for the first checked address that answers.

        Raises EgressRefused, or the last OSError of dialling.
        """
        last: Exception | None = None
        for address in await self.addresses(host, port):
            try:
                return await dial(address, port)
            except Exception as error:  # noqa: BLE001 - Twisted and asyncio have errors of their own for "did not answer"
                last = error
        raise last or UnknownHostError(f"{host} has no address")

    def _check(self, host: str, port: int, address: Address | None) -> None:
        if not 0 < port < 65536:
            raise EgressRefused(host, f"no such port {port}")
        name = _plain(host)
        if {name, f"{name}:{port}", f"[{name}]:{port}"} & self._allowed:
            return
        if port in OTHER_PROTOCOLS:
            raise EgressRefused(host, f"port {port} is not the web's")
        if address is not None and (why := refusal(address)):
            raise EgressRefused(host, f"{address} is {why}")


def refusal(address: Address) -> str | None:
    """Why an address is not public, or None."""
    if address in NAT64:
        within = refusal(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        return f"an IPv4 address in IPv6 ({within})" if within else None
    kinds = {
        "unspecified": address.is_unspecified,
        "loopback": address.is_loopback,
        "link-local": address.is_link_local,
        "multicast": address.is_multicast,
        **{kind: True for network, kind in REFUSED.items() if address in network},
        "private": address.is_private,
        "reserved": address.is_reserved,
        "not global": not address.is_global or (address.version == 6 and address not in UNICAST),
    }
    return next((kind for kind, holds in kinds.items() if holds), None)


async def system_resolve(host: str, port: int) -> list[str]:
    """Addresses as the operating system resolves them."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"{host[:200]!r} is no host name") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _plain(host: str) -> str:
    """Lower case, full-width digits and dots folded, brackets and the trailing dot gone."""
    folded = unicodedata.normalize("NFKC", host).replace("。", ".").strip().lower()
    if folded.startswith("[") and folded.endswith("]"):
        folded = folded[1:-1]
    return folded.removesuffix(".")


def _literal(host: str) -> Address | None:
    """The address that `host` spells out, in any of the forms the C library accepts: 127.1, 0x7f000001, 2130706433."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    if host and set(host) <= set("0123456789abcdefx.") and host[0].isdigit():
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    return None
