"""Where the embedded servers may listen."""

import socket

import psutil
import pytest

from homesec.errors import LocalServiceFailed
from homesec.local.ports import CHOICE, addresses, free_port, is_free, network, url_host


def test_a_free_port_lies_below_those_of_outgoing_connections() -> None:
    port = free_port(["127.0.0.1"])
    assert port in CHOICE
    assert is_free(port, ["127.0.0.1"])
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        assert port < int(file.read().split()[0])


def test_a_port_that_listens_on_one_of_the_addresses_is_taken() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.2", 0))
        other.listen()
        port = other.getsockname()[1]
        assert not is_free(port, ["127.0.0.1", "127.0.0.2"])


@pytest.mark.parametrize(
    ("listen", "reason"),
    [
        ("0.0.0.0", "not a private address"),  # every network
        ("::", "not a private address"),
        ("8.8.8.8", "not a private address"),
        ("224.0.0.1", "not a private address"),  # multicast
        ("10.255.254.253", "not an address of this machine"),
        ("camera.local", "not an IP address"),
        ("", "not an IP address"),
    ],
)
def test_addresses_that_are_refused_in_words(listen: str, reason: str) -> None:
    with pytest.raises(LocalServiceFailed, match=reason):
        addresses(listen)


@pytest.mark.parametrize("listen", ["127.0.0.1", "localhost", "::1"])
def test_loopback_is_one_address(listen: str) -> None:
    assert addresses(listen) == ("127.0.0.1",)
    assert url_host(listen) == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "netmask", "expected", "host"),
    [
        ("192.168.7.9", "255.255.255.0", "192.168.7.0/24", "192.168.7.9"),
        ("10.1.2.3", "255.0.0.0", "10.0.0.0/8", "10.1.2.3"),
        ("fd00::5", "ffff:ffff:ffff:ffff::", "fd00::/64", "[fd00::5]"),
    ],
)
def test_a_private_address_stands_for_its_network(
    address: str, netmask: str, expected: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    card = psutil._ntuples.snicaddr(family, address, netmask, None, None)
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: {"lan": [card]})
    assert network(address) == expected
    assert addresses(address) == ("127.0.0.1", address)
    assert url_host(address) == host
