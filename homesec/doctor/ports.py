"""Ports: are those of the settings free, and what do our own processes listen on?"""

import errno
import socket
from collections import defaultdict
from collections.abc import Iterator

import psutil

from homesec.doctor.finding import Finding, ok, problem, warning
from homesec.settings import Settings


def examine(settings: Settings, running: int | None) -> Iterator[Finding]:
    """Each port of the settings. `running` is the process id of the running homesec."""
    ours = family(running)
    wanted = [("port", settings.host, settings.port), ("dashboard_port", "127.0.0.1", settings.dashboard_port)]
    if settings.ftp.port is not None:
        wanted.append(("ftp.port", settings.ftp.host, settings.ftp.port))
    for setting, host, port in wanted:
        if port == 0:
            continue  # any free one
        subject = f"port {port}"
        holder = _holder(port)
        if holder is not None and holder in ours:
            yield ok(subject, f"is homesec's own ({setting})")
        elif trouble := _cannot_bind(host, port):
            yield problem(subject, f"{trouble}{_named(holder)}: end that program, or choose another {setting}")
        else:
            yield ok(subject, f"is free ({setting})")


def listeners(settings: Settings, running: int | None) -> Iterator[Finding]:
    """What the running system listens on, and what of it other machines can reach."""
    if running is None:
        yield ok("listening", "homesec does not run on this data folder")
        return
    ours = family(running)
    meant = _meant(settings)
    reachable: dict[str, set[int]] = defaultdict(set)
    count = 0
    for address, port, pid in _listening():
        if pid not in ours:
            continue
        count += 1
        if not _loopback(address) and (address, port) not in meant and ("", port) not in meant:
            reachable[ours[pid]].add(port)
    for name, numbers in sorted(reachable.items()):
        listed = ", ".join(str(number) for number in sorted(numbers))
        yield warning(
            "listening", f"{name} can be reached from other machines (port {listed}): keep a firewall between"
        )
    if not count:
        yield warning("listening", "nothing of homesec listens, or this user may not see it: run doctor as its user")
    elif not reachable:
        opened = f", but for {len(meant)} that the settings open" if meant else ""
        yield ok("listening", f"{count} sockets of homesec, all on this machine alone{opened}")


def family(pid: int | None) -> dict[int, str]:
    """Process ids and names of a process and all that it started."""
    if pid is None:
        return {}
    found: dict[int, str] = {}
    try:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            found[process.pid] = process.name()
    except psutil.Error:  # it ends while we look
        pass
    return found


def _meant(settings: Settings) -> set[tuple[str, int]]:
    """Sockets that the settings open to others on purpose; an empty address is any."""
    meant = {("", settings.port)} if not _loopback(settings.host) else set()
    if settings.ftp.port is not None and not _loopback(settings.ftp.host):
        meant.add(("", settings.ftp.port))
    if not _loopback(settings.local.listen):
        meant |= {(address, port) for address, port, _ in _listening() if address == settings.local.listen}
    return meant


def _listening() -> Iterator[tuple[str, int, int | None]]:
    """Address, port and process of every listening TCP socket; the process is None when we may not know."""
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr:
            yield connection.laddr[0], connection.laddr[1], connection.pid


def _holder(port: int) -> int | None:
    return next((pid for _, number, pid in _listening() if number == port and pid is not None), None)


def _named(pid: int | None) -> str:
    if pid is None:
        return ""
    try:
        return f" by {psutil.Process(pid).name()} (process {pid})"
    except psutil.Error:
        return ""


def _cannot_bind(host: str, port: int) -> str | None:
    """Why nothing can listen there now; None when something can."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
    except PermissionError:
        return "needs rights that this user does not have"
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"is in use on {host}"
        return f"cannot be used on {host} ({error.strerror})"
    return None


def _loopback(address: str) -> bool:
    return address.startswith("127.") or address in ("::1", "localhost", "::ffff:127.0.0.1")
