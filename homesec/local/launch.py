"""Becomes a server: run as a program of its own, so that nothing runs between fork and exec in a process with threads.

Takes one order as JSON. Writes the pid file, changes to the server's account, ties the server's life to its parent
(Linux ends it when the thread that started it ends), then becomes the server. Standard library only.
"""

import ctypes
import json
import os
import signal
import sys
from typing import Any

CAP_DAC_READ_SEARCH = 2  # read and search everywhere, write nowhere
_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS = 28
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_NO_SETUID_FIXUP = 1 << 2  # capabilities outlive setuid, and access(2) honours them
_CAPABILITY_VERSION_3 = 0x20080522


def main() -> None:
    order: dict[str, Any] = json.loads(sys.argv[1])
    if order["pid_file"]:
        with open(order["pid_file"], "w") as file:
            file.write(f"{os.getpid()}\n")
    libc = ctypes.CDLL(None, use_errno=True)
    if order["uid"] is not None:
        _become(libc, order["uid"], order["gid"], order["read_everything"])
    _check(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    # after the change of account, which clears it
    _check(libc.prctl(_PR_SET_PDEATHSIG, signal.Signals[order["parent_death_signal"]].value, 0, 0, 0), "death signal")
    if os.getppid() != order["parent"]:
        sys.exit("the parent ended while this was starting")
    os.umask(0o077)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and an ignored signal survives exec
        signal.signal(number, signal.SIG_DFL)
    os.execv(order["argv"][0], order["argv"])


def _become(libc: ctypes.CDLL, uid: int, gid: int, read_everything: bool) -> None:
    if read_everything:
        _check(libc.prctl(_PR_SET_SECUREBITS, _NO_SETUID_FIXUP, 0, 0, 0), "securebits")
    os.setgroups([gid])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if read_everything:
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
        only = 1 << CAP_DAC_READ_SEARCH
        sets = (ctypes.c_uint32 * 6)(only, only, only, 0, 0, 0)  # effective, permitted, inheritable; then bits 32..63
        _check(libc.capset(header, sets), "capset")
        _check(libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0), "ambient capability")


def _check(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    main()
