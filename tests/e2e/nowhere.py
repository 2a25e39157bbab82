"""A network namespace whose only way out leads nowhere, and what tried to get out on it. Needs root."""

import contextlib
import ctypes
import os
import socket
import subprocess
from collections.abc import Iterator

NEW_NETWORK = 0x40000000  # CLONE_NEWNET
ELSEWHERE = "203.0.113.9"  # an address that only documentation uses


@contextlib.contextmanager
def nowhere() -> Iterator[socket.socket]:
    """This thread, and all that it starts, are inside during the block; gives the wire."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as home:
        if libc.unshare(NEW_NETWORK):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        try:
            for command in (
                "ip link set lo up",
                "ip link add out0 type veth peer name nowhere",
                "sysctl -qw net.ipv6.conf.out0.disable_ipv6=1",  # the kernel itself would send neighbour discovery
                "sysctl -qw net.ipv6.conf.nowhere.disable_ipv6=1",
                "ip link set nowhere up",
                "ip addr add 198.51.100.1/24 dev out0",
                "ip link set out0 up",
                "ip route add default dev out0",
            ):
                subprocess.run(command.split(), check=True)
            with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as wire:  # every kind of frame
                wire.bind(("nowhere", 0))
                wire.setblocking(False)
                destinations(wire)  # forget what the set-up itself sent
                yield wire
        finally:
            libc.setns(home.fileno(), NEW_NETWORK)


def destinations(wire: socket.socket) -> list[str]:
    """Where the frames on the wire were meant to go: addresses asked for by ARP, or of IPv4 packets."""
    found = []
    with contextlib.suppress(BlockingIOError):
        while True:
            frame = wire.recv(2048)
            place = {b"\x08\x06": 38, b"\x08\x00": 30}.get(frame[12:14])
            found.append(frame[:14].hex() if place is None else socket.inet_ntoa(frame[place : place + 4]))
    return found
