"""Programs under another account, tied to the thread that starts them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from homesec.local import launch
from homesec.local.accounts import Account


def run_as(
    account: Account | None,
    argv: Sequence[str],
    cwd: Path | str,
    parent_death_signal: signal.Signals = signal.SIGKILL,
    pid_file: Path | None = None,
    **popen: Any,
) -> subprocess.Popen[bytes]:
    """Start a program under an account, with nothing of our environment; it ends with the calling thread.

    It has a session of its own, so that Ctrl-C reaches us alone and we end it in order.
    """
    order = {
        "argv": list(argv),
        "pid_file": None if pid_file is None else str(pid_file),
        "uid": account and account.uid,
        "gid": account and account.gid,
        "read_everything": bool(account and account.read_everything),
        "parent": os.getpid(),
        "parent_death_signal": parent_death_signal.name,
    }
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-B", launch.__file__, json.dumps(order)],
        cwd=cwd,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        **popen,
    )
