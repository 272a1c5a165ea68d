"""The one way out of this machine: resolve, check every address, connect to the address that was checked.

Page and sample downloads and the loopback proxy of the browser all go through `Egress.connect`, so that a name that
resolves to a private address, a redirect to one, and a name that resolves differently the second time are all refused.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host name, port) -> addresses as text. Raises OSError when the name does not resolve."""

NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",  # carrier-grade NAT; some clouds keep metadata services in it
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "fec0::/10",  # site-local, deprecated and still routed
        "2001::/23",  # Teredo and other protocol assignments
    )
)
MAX_ADDRESSES = 16


class EgressRefused(Exception):  # noqa: N818 - an answer, not a defect; no OSError, or Scrapy would try again
    """The address may not be visited. `host` and `why` say which and why."""

    def __init__(self, host: str, why: str) -> None:
        """`why` in English, without the host."""
        super().__init__(f"{host}: {why}")
        self.host = host
        self.why = why


class Egress:
    """Decides where the crawler may connect, and connects."""

    def __init__(self, allow_hosts: Iterable[str] = (), *, resolve: Resolve | None = None) -> None:
        """`allow_hosts`: 'host' or 'host:port' that may be visited although private, loopback or link-local."""
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
        if not host:
            raise EgressRefused(url[:200], "no host in the address")
        port = port or (443 if parts.scheme == "https" else 80)
        if literal := _literal(_plain(host)):
            self._check(host, port, literal)
        return host, port

    async def addresses(self, host: str, port: int) -> list[str]:
        """The checked addresses of `host`. Raises EgressRefused; OSError when the name does not resolve."""
        name = _plain(host)
        if not 0 < port < 65536:
            raise EgressRefused(host, f"no such port {port}")
        found = [name] if _literal(name) else await self._resolve(name, port)
        if not found:
            raise OSError(f"{host} has no address")
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
        raise last or OSError(f"{host} has no address")

    def _check(self, host: str, port: int, address: Address) -> None:
        name = _plain(host)
        if {name, f"{name}:{port}", str(address), f"{address}:{port}", f"[{address}]:{port}"} & self._allowed:
            return
        if why := refusal(address):
            raise EgressRefused(host, f"{address} is {why}")


def refusal(address: Address) -> str | None:
    """Why an address is not public, or None."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None,))[0]
        if inner is None and any(address in network for network in NAT64):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is None and int(address) >> 32 == 0 and int(address) > 1:
            inner = ipaddress.IPv4Address(int(address))  # IPv4-compatible, deprecated
        if inner is not None:
            within = refusal(inner)
            return f"an IPv6 form of {inner}, which is {within}" if within else None
    kinds = {
        "unspecified": address.is_unspecified,
        "loopback": address.is_loopback,
        "link-local": address.is_link_local,
        "multicast": address.is_multicast,
        "private": address.is_private,
        "reserved": address.is_reserved
        or any(address in network for network in REFUSED if network.version == address.version),
        "not global": not address.is_global,
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
