"""Where a server that a person chose may live: names are looked up once, checked, and connected to as checked."""

import asyncio
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Link-local metadata addresses are refused as such; these clouds put theirs elsewhere.
_METADATA = frozenset(map(ip_address, ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192")))
_NAT64 = IPv6Network("64:ff9b::/96")

# Of our own: a name server that does not answer holds a thread for half a minute, and asyncio has few of them.
_LOOKUPS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="pane-dns")


class ForbiddenAddress(OSError):
    """A server that a person chose lies where Pane does not go; the text is a sentence for them."""


def ip_literal(host: str) -> Address | None:
    """The address that this host writes out, or None for a name. Raises ValueError for odd spellings of an address.

    `127.1`, `0x7f000001` and `2130706433` are read as addresses by some and as names by others: nobody means well.
    """
    if "%" in host:
        raise ValueError("an address with a zone")
    try:
        return ip_address(host)
    except ValueError:
        last = host.rstrip(".").rpartition(".")[2].lower()
        if ":" in host or last.isdigit() or last.startswith("0x"):
            raise
        return None


_egress: tuple[Network, ...] = ()


def confine(networks: Iterable[Network]) -> None:
    """From now on connect only into these networks where a person or a cluster chose the server; none: to any."""
    global _egress
    _egress = tuple(networks)


def check(address: str, *, name: str = "", allow_loopback: bool = False) -> None:
    """Raise `ForbiddenAddress` unless this address may be connected to. Private ranges may: regions live there.

    `confine` says where else it must lie; loopback, where it is allowed, is allowed by that alone.
    """
    where = f"{name} is {address}, " if name and name != address else f"{address} is "
    for candidate in _meanings(ip_address(address.partition("%")[0])):
        wrong = _wrong(candidate, allow_loopback)
        if wrong:
            raise ForbiddenAddress(f"{where}{wrong}: Pane does not connect there.")
    if _egress and not _within(ip_address(address.partition("%")[0])):
        raise ForbiddenAddress(f"{where}outside of the networks in PANE_EGRESS: Pane does not connect there.")


def _within(address: Address) -> bool:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    meant = mapped or address
    return meant.is_loopback or any(meant in network for network in _egress)


def _meanings(address: Address) -> list[Address]:
    """The address and every IPv4 address that it stands for: mapped, 6to4, NAT64 and Teredo."""
    found: list[Address] = [address]
    if isinstance(address, IPv6Address):
        found += [inner for inner in (address.ipv4_mapped, address.sixtofour) if inner]
        found += address.teredo or ()
        if address in _NAT64:
            found.append(IPv4Address(int(address) & 0xFFFFFFFF))
        if int(address) >> 32 == 0 and int(address) > 1:
            found.append(IPv4Address(int(address)))  # the old ::a.b.c.d
    return found


def _wrong(address: Address, allow_loopback: bool) -> str:
    if address.is_loopback:
        return "" if allow_loopback else "a loopback address"
    if address.is_unspecified or (address.version == 4 and int(address) >> 24 == 0):
        return "an unspecified address"
    if address in _METADATA:
        return "a cloud metadata address"
    if address.is_link_local:
        return "a link-local address"
    if address.is_multicast:
        return "a multicast address"
    if address.version == 4 and address.is_reserved:
        return "a reserved address"
    return ""


class CheckedResolver(AbstractResolver):
    """Looks a name up and lets no forbidden address through: one bad address among good ones refuses the name."""

    def __init__(self, *, checked: bool, allow_loopback: bool) -> None:
        self._checked = checked
        self._allow_loopback = allow_loopback

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of this name. Raises an OSError whose text is a sentence."""
        infos = await asyncio.get_running_loop().run_in_executor(
            _LOOKUPS, lambda: socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        )
        found: list[ResolveResult] = []
        for kind, _, proto, _, address in infos:
            if self._checked:
                check(str(address[0]), name=host, allow_loopback=self._allow_loopback)
            found.append(
                ResolveResult(
                    hostname=host,
                    host=str(address[0]),
                    port=port,
                    family=kind,
                    proto=proto,
                    flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                )
            )
        return found

    async def close(self) -> None:
        """Nothing is held."""
