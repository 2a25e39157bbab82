"""Where a request really came from, when it passed through proxies that are trusted to say so."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from homesec.errors import SettingsError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Origin:
    """The client's address, and scheme and host as the client sees them."""

    address: str | None
    scheme: str
    host: str

    def is_same(self, origin: str) -> bool:
        """Whether a browser's Origin header names this very site."""
        scheme, _, host = origin.partition("://")
        if not host or scheme not in (self.scheme, self._http_of_socket()):
            return False
        return _with_port(host, scheme) == _with_port(self.host, scheme)

    def _http_of_socket(self) -> str:
        return {"ws": "http", "wss": "https"}.get(self.scheme, self.scheme)


def networks(addresses: Iterable[str]) -> tuple[Network, ...]:
    """Addresses or networks. Raises SettingsError."""
    try:
        return tuple(ipaddress.ip_network(address, strict=False) for address in addresses)
    except ValueError as error:
        raise SettingsError(f"api.trusted_proxies: {error}; write addresses or networks such as 10.0.0.0/8") from error


def origin(scope: Scope, trusted: tuple[Network, ...]) -> Origin:
    """Forwarded headers count only from a trusted proxy, and only as far as a chain of trusted ones reaches."""
    headers = Headers(scope=scope)
    client = scope.get("client")
    address = client[0] if client else None
    scheme, host = scope.get("scheme", "http"), headers.get("host", "")
    if not _is_trusted(address, trusted):
        return Origin(address, scheme, host)
    for hop in reversed([part.strip() for part in ",".join(headers.getlist("x-forwarded-for")).split(",")]):
        if _parsed(hop) is None:
            break
        address = hop
        if not _is_trusted(hop, trusted):
            break
    scheme = headers.get("x-forwarded-proto", scheme).split(",")[-1].strip() or scheme
    host = headers.get("x-forwarded-host", host).split(",")[-1].strip() or host
    return Origin(address, scheme, host)


def _is_trusted(address: str | None, trusted: tuple[Network, ...]) -> bool:
    parsed = _parsed(address or "")
    return parsed is not None and any(parsed in network for network in trusted)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


def _with_port(host: str, scheme: str) -> str:
    """Host and port, the default port written out."""
    name, _, port = host.rpartition(":")
    if name and port.isdigit():
        return f"{name}:{port}".lower()
    return f"{host}:{443 if scheme == 'https' else 80}".lower()
