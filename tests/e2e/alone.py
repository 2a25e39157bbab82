"""Run inside a network namespace whose only way out leads nowhere: start, an event, and what tried to get out.

Prints one JSON object: the event, and the addresses other than loopback that packets were sent to.
"""

import contextlib
import json
import socket
import subprocess
import sys
from pathlib import Path

from ultralytics.utils import ASSETS

from tests.e2e.running import running, until


def destinations(wire: socket.socket) -> list[str]:
    """Where the frames on the wire were meant to go: addresses asked for by ARP, or of IPv4 packets."""
    found = []
    with contextlib.suppress(BlockingIOError):
        while True:
            frame = wire.recv(2048)
            place = {b"\x08\x06": 38, b"\x08\x00": 30}.get(frame[12:14])
            found.append(frame[:14].hex() if place is None else socket.inet_ntoa(frame[place : place + 4]))
    return found


def main() -> None:
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
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))  # every kind of frame
    wire.bind(("nowhere", 0))
    wire.setblocking(False)
    destinations(wire)  # forget what the set-up itself sent
    with running(Path(sys.argv[1]) / "data") as system:
        system.put("front_door", "bus.jpg", (ASSETS / "bus.jpg").read_bytes())
        [event] = until(lambda: system.items("/api/events"), 20)
    print(json.dumps({"event": event["id"], "destinations": destinations(wire)}))


if __name__ == "__main__":
    main()
