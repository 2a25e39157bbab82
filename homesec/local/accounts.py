"""Under which account a server runs. PostgreSQL refuses to run as root, so root hands it to a powerless account."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from homesec.errors import LocalServiceFailed
from homesec.local.launch import CAP_DAC_READ_SEARCH

POWERLESS = "nobody"
_CAP_SETGID, _CAP_SETUID, _CAP_SETPCAP = 6, 7, 8


@dataclass(frozen=True)
class Account:
    """A user and group, and whether the server needs leave to pass folders that are closed to this user."""

    uid: int
    gid: int
    read_everything: bool = False


def powerless(folder: Path, program: Path) -> Account | None:
    """The account for a program that must not be root; None when we are not root ourselves.

    It is the owner of the program's own `folder` where that exists, else `nobody`. Where another folder on the way to
    either is closed to it, it gets the capability to read everywhere rather than that folder's permissions being
    widened. Raises LocalServiceFailed naming the folder when neither is possible.
    """
    if os.geteuid() != 0:
        return None
    uid, gid = _owner(folder)
    account = Account(uid, gid)
    if not _may(account, program.stat()):  # no capability that only reads helps here
        raise LocalServiceFailed(
            f"PostgreSQL may not run as root, and the user {_name(uid)} may not execute {program}: "
            f"run `chmod -R go+rX {program.parent.parent}`, or start homesec as an ordinary user"
        )
    closed = closed_to(account, folder) or closed_to(account, program)
    if closed is None:
        return account
    if {CAP_DAC_READ_SEARCH, _CAP_SETGID, _CAP_SETUID, _CAP_SETPCAP} <= capabilities():
        return Account(uid, gid, read_everything=True)
    raise LocalServiceFailed(
        f"PostgreSQL may not run as root, and the user {_name(uid)} may not enter {closed}: "
        f"run `chmod o+x {closed}`, choose another data folder, or start homesec as an ordinary user"
    )


def closed_to(account: Account, path: Path) -> Path | None:
    """The first folder on the way to `path` that the account may not pass; None when it reaches `path`."""
    for folder in reversed(path.parents):
        if not _may(account, folder.stat()):
            return folder
    return None


def _may(account: Account, facts: os.stat_result) -> bool:
    """Whether the account may enter this folder or execute this file, by its permission bits."""
    if facts.st_uid == account.uid:
        return bool(facts.st_mode & stat.S_IXUSR)
    if facts.st_gid == account.gid:
        return bool(facts.st_mode & stat.S_IXGRP)
    return bool(facts.st_mode & stat.S_IXOTH)


def capabilities() -> set[int]:
    """What this process may do beyond its user, as the numbers of Linux."""
    with open("/proc/self/status") as status:
        mask = next((int(line.split()[1], 16) for line in status if line.startswith("CapEff:")), 0)
    return {number for number in range(64) if mask >> number & 1}


def _owner(folder: Path) -> tuple[int, int]:
    try:
        facts = folder.stat()
    except FileNotFoundError:
        pass
    else:
        if facts.st_uid != 0:
            return facts.st_uid, facts.st_gid
    try:
        entry = pwd.getpwnam(POWERLESS)
    except KeyError as error:
        raise LocalServiceFailed(
            f"PostgreSQL may not run as root, and there is no user {POWERLESS}: start homesec as an ordinary user"
        ) from error
    return entry.pw_uid, entry.pw_gid


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
