"""Addresses and ports of the embedded servers."""

import ipaddress
import random
import socket
from collections.abc import Sequence

import psutil

from homesec.errors import LocalServiceFailed

LOOPBACK = "127.0.0.1"
# Below the ports that Linux hands out to outgoing connections (from 32768 by default): a client that tries again and
# again to reach a dead server on such a port may be given that very port, connect to itself and so keep it taken.
# Above those of Ray's workers (10002-19999).
CHOICE = range(20_000, 32_768)
_TRIES = 200


def is_free(port: int, addresses: Sequence[str]) -> bool:
    """Whether a server could listen on this port of all these addresses now."""
    for address in addresses:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
            try:
                probe.bind((address, port))
                probe.listen(1)
            except OSError:
                return False
    return True


def free_port(addresses: Sequence[str]) -> int:
    """A random port that is free on all these addresses."""
    for port in random.sample(CHOICE, _TRIES):
        if is_free(port, addresses):
            return port
    raise LocalServiceFailed(f"no free port was found among {CHOICE.start}-{CHOICE.stop - 1} on {', '.join(addresses)}")


def addresses(listen: str) -> tuple[str, ...]:
    """Where a server listens: on loopback, and on `listen` when that is a private address of this machine.

    Raises LocalServiceFailed for any other address.
    """
    if listen in ("localhost", "::1", LOOPBACK):
        return (LOOPBACK,)
    network(listen)
    return (LOOPBACK, listen)


def url_host(listen: str) -> str:
    """How the address that other programs are told stands in a URL."""
    address = addresses(listen)[-1]
    return f"[{address}]" if ":" in address else address


def network(listen: str) -> str:
    """The network of a private address of this machine, like 192.168.1.0/24. Raises LocalServiceFailed."""
    try:
        address = ipaddress.ip_address(listen)
    except ValueError as error:
        raise LocalServiceFailed(f"local.listen: {listen!r} is not an IP address") from error
    if address.is_unspecified or address.is_global or address.is_multicast:
        raise LocalServiceFailed(f"local.listen: {listen} is not a private address of one network")
    for cards in psutil.net_if_addrs().values():
        for card in cards:
            if card.netmask and card.address.partition("%")[0] == listen:
                prefix = _prefix(card.netmask)
                return str(ipaddress.ip_network(f"{listen}/{prefix}", strict=False))
    raise LocalServiceFailed(f"local.listen: {listen} is not an address of this machine")


def _prefix(netmask: str) -> int:
    return int(ipaddress.ip_address(netmask)).bit_count()
