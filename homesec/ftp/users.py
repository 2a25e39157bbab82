"""Who may come in: a user for each camera, with one folder and the right to store."""

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyftpdlib.exceptions import AuthenticationFailed  # type: ignore[import-untyped]

RIGHTS = "elmfw"  # enter, list, make folders, rename (see the folder), store; never read, delete, append or change


@dataclass(frozen=True)
class User:
    """A camera."""

    password: str
    folder: Path


class Users:
    """What the FTP library asks about users. Passwords are compared in constant time, unknown users' as well."""

    def __init__(self, users: Mapping[str, User]) -> None:
        self._users = dict(users)

    def validate_authentication(self, username: str, password: str, handler: Any) -> None:
        user = self._users.get(username)
        expected = user.password if user is not None else "\0"
        if not hmac.compare_digest(expected.encode(), password.encode("utf-8", "replace")) or user is None:
            raise AuthenticationFailed("Authentication failed.")

    def get_home_dir(self, username: str) -> str:
        folder = self._users[username].folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AuthenticationFailed("The folder cannot be used now.") from error
        return os.path.realpath(folder)

    def has_user(self, username: str) -> bool:
        return username in self._users

    def has_perm(self, username: str, perm: str, path: str | None = None) -> bool:
        return perm in RIGHTS

    def get_perms(self, username: str) -> str:
        return RIGHTS

    def get_msg_login(self, username: str) -> str:
        return "Login successful."

    def get_msg_quit(self, username: str) -> str:
        return "Goodbye."

    def impersonate_user(self, username: str, password: str) -> None:
        """All files belong to the system's own user."""

    def terminate_impersonation(self, username: str) -> None:
        """See above."""
