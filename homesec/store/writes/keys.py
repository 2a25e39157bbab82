"""Keys, one-time tokens and sessions. Only hashes are stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from homesec.errors import Conflict, NotFound, Unauthorized
from homesec.store.writes.access import By, audit, audit_by
from homesec.store.writes.unit import Outcome

ADMIN_KEY = "admin.key"  # name of the row that belongs to the file of this name in the data folder
_COLUMNS = "id, name, role, cameras, created_at, last_used_at, revoked_at"
_INSERT = text(
    f"""
    INSERT INTO api_keys (name, role, key_sha256, cameras) VALUES (:name, :role, :sha256, :cameras)
    ON CONFLICT (key_sha256) DO NOTHING RETURNING {_COLUMNS}
    """
)
_BY_HASH = text(f"SELECT {_COLUMNS} FROM api_keys WHERE key_sha256 = :sha256")
_REVOKE = text(
    f"UPDATE api_keys SET revoked_at = now() WHERE id = :id AND revoked_at IS NULL RETURNING {_COLUMNS}"
)
_REVOKE_OLDER = text(
    """
    UPDATE api_keys SET revoked_at = now() WHERE name = :name AND key_sha256 <> :sha256 AND revoked_at IS NULL
    RETURNING id
    """
)
_LAST_ADMIN = text(
    """
    SELECT NOT EXISTS (SELECT 1 FROM api_keys
        WHERE role = 'admin' AND cameras IS NULL AND revoked_at IS NULL AND id <> :id)
    """
)
_OPEN = text(
    """
    INSERT INTO api_sessions (token_sha256, key_id, kind, expires_at) VALUES (:sha256, :key_id, :kind, :expires_at)
    ON CONFLICT (token_sha256) DO NOTHING
    """
)
_TAKE_TOKEN = text(
    "DELETE FROM api_sessions WHERE token_sha256 = :sha256 AND kind = 'token' AND expires_at > now() RETURNING key_id"
)
_USED = text(
    """
    UPDATE api_keys SET last_used_at = greatest(last_used_at, line.at)
    FROM unnest(CAST(:ids AS bigint[]), CAST(:times AS timestamptz[])) AS line(id, at) WHERE api_keys.id = line.id
    """
)


@dataclass(frozen=True)
class CreateKey:
    """A new key, known by the hash of its secret. Result: its row."""

    name: str
    role: str
    cameras: tuple[str, ...] | None
    sha256: bytes
    by: By

    def apply(self, connection: Connection) -> Outcome:
        cameras = None if self.cameras is None else list(self.cameras)
        if cameras is not None:
            known = connection.execute(text("SELECT id FROM cameras WHERE id = ANY(:ids)"), {"ids": cameras}).scalars()
            if unknown := sorted(set(cameras) - set(known)):
                raise NotFound(f"there is no camera {unknown[0]}")
        row = connection.execute(
            _INSERT, {"name": self.name, "role": self.role, "sha256": self.sha256, "cameras": cameras}
        ).mappings()
        if made := row.one_or_none():
            audit_by(connection, self.by, "create", "api_key", made["id"], role=self.role, cameras=cameras)
        else:
            made = connection.execute(_BY_HASH, {"sha256": self.sha256}).mappings().one()
        return Outcome(dict(made))


@dataclass(frozen=True)
class RevokeKey:
    """The key opens nothing any more. Raises Conflict for the last key that may do everything. Result: its row."""

    key_id: int
    by: By

    def apply(self, connection: Connection) -> Outcome:
        if connection.scalar(_LAST_ADMIN, {"id": self.key_id}):
            raise Conflict("this is the last admin key; make another one first")
        row = connection.execute(_REVOKE, {"id": self.key_id}).mappings().one_or_none()
        if row is not None:
            connection.execute(text("DELETE FROM api_sessions WHERE key_id = :id"), {"id": self.key_id})
            audit_by(connection, self.by, "revoke", "api_key", self.key_id)
            return Outcome(dict(row))
        found = connection.execute(
            text(f"SELECT {_COLUMNS} FROM api_keys WHERE id = :id"), {"id": self.key_id}
        ).mappings()
        if (before := found.one_or_none()) is None:
            raise NotFound("there is no such key")
        return Outcome(dict(before))


@dataclass(frozen=True)
class RegisterAdminKey:
    """The key of the file admin.key; keys that stood in that file before are revoked.

    Result: the id of its row, or None when this very key was revoked: then a new one must be made.
    """

    sha256: bytes

    def apply(self, connection: Connection) -> Outcome:
        row = connection.execute(
            _INSERT, {"name": ADMIN_KEY, "role": "admin", "sha256": self.sha256, "cameras": None}
        ).mappings()
        if made := row.one_or_none():
            audit(connection, "system", "create", "api_key", made["id"], {"role": "admin"})
        else:
            made = connection.execute(_BY_HASH, {"sha256": self.sha256}).mappings().one()
            if made["revoked_at"] is not None:
                return Outcome(None)
        older = connection.execute(_REVOKE_OLDER, {"name": ADMIN_KEY, "sha256": self.sha256}).scalars()
        for key_id in older.all():
            audit(connection, "system", "revoke", "api_key", key_id, {"replaced_by": made["id"]})
        return Outcome(made["id"])


@dataclass(frozen=True)
class CreateToken:
    """A one-time token that opens a session for this key until `expires_at`."""

    key_id: int
    sha256: bytes
    expires_at: datetime
    by: By

    def apply(self, connection: Connection) -> Outcome:
        made = connection.execute(
            _OPEN, {"sha256": self.sha256, "key_id": self.key_id, "kind": "token", "expires_at": self.expires_at}
        )
        if made.rowcount:
            audit_by(connection, self.by, "create", "token", None, key_id=self.key_id)
        return Outcome()


@dataclass(frozen=True)
class StartSession:
    """Trade a key or a one-time token (their hash) for a session. Result: the row of the key behind it.

    Raises Unauthorized when it is neither, or a token that was used already or is too old.
    """

    credential_sha256: bytes
    session_sha256: bytes
    expires_at: datetime
    by: By

    def apply(self, connection: Connection) -> Outcome:
        connection.execute(text("DELETE FROM api_sessions WHERE expires_at < now()"))
        holder = connection.execute(
            text(f"SELECT {_COLUMNS} FROM api_keys WHERE revoked_at IS NULL AND id = :id"),
            {"id": self._key_id(connection)},
        ).mappings()
        if (key := holder.one_or_none()) is None:
            raise Unauthorized("neither a key nor a token that is still good")
        session: dict[str, Any] = {"sha256": self.session_sha256, "key_id": key["id"], "kind": "session"}
        made = connection.execute(_OPEN, {**session, "expires_at": self.expires_at})
        if made.rowcount:
            audit(connection, f"key:{key['id']}", "start", "session", None, {}, self.by.ip, self.by.user_agent)
        return Outcome(dict(key))

    def _key_id(self, connection: Connection) -> int | None:
        again = connection.scalar(  # the answer to the first try was lost
            text("SELECT key_id FROM api_sessions WHERE token_sha256 = :sha256 AND kind = 'session'"),
            {"sha256": self.session_sha256},
        )
        if again is not None:
            return int(again)
        key_id: int | None = connection.scalar(
            text("SELECT id FROM api_keys WHERE key_sha256 = :sha256"), {"sha256": self.credential_sha256}
        )
        if key_id is None:
            key_id = connection.scalar(_TAKE_TOKEN, {"sha256": self.credential_sha256})
        return key_id


@dataclass(frozen=True)
class EndSession:
    """Log out."""

    sha256: bytes
    by: By

    def apply(self, connection: Connection) -> Outcome:
        ended = connection.execute(
            text("DELETE FROM api_sessions WHERE token_sha256 = :sha256 AND kind = 'session'"), {"sha256": self.sha256}
        )
        if ended.rowcount:
            audit_by(connection, self.by, "end", "session", None)
        return Outcome()


@dataclass(frozen=True)
class RefuseLogin:
    """Somebody tried a key or token that opens nothing: worth a line in the log of changes."""

    by: By

    def apply(self, connection: Connection) -> Outcome:
        audit(connection, self.by.actor, "start", "session", None, {}, self.by.ip, self.by.user_agent, "denied")
        return Outcome()


@dataclass(frozen=True)
class MarkKeysUsed:
    """When these keys were used last; told about once a minute."""

    times: tuple[tuple[int, datetime], ...]

    def apply(self, connection: Connection) -> Outcome:
        connection.execute(_USED, {"ids": [key for key, _ in self.times], "times": [at for _, at in self.times]})
        return Outcome()
