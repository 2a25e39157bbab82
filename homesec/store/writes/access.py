"""The log of changes: who did what to what, each row chained to the one before by its hash."""

import hashlib
import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

GENESIS = hashlib.sha256(b"homesec audit log").digest()  # stands before the first row
_LAST = text(
    """
    SELECT clock_timestamp() AS now, (SELECT hash FROM audit_logs ORDER BY id DESC LIMIT 1) AS hash
    """
)
_INSERT = text(
    """
    INSERT INTO audit_logs (timestamp, actor, action, resource_type, resource_id, ip, user_agent, details, status,
        prev_hash, hash)
    VALUES (:timestamp, :actor, :action, :resource_type, :resource_id, CAST(:ip AS inet), :user_agent, :details,
        :status, :prev_hash, :hash)
    """
)
_ALL = text(
    """
    SELECT id, timestamp, actor, action, resource_type, resource_id, host(ip) AS ip, user_agent, details, status,
        prev_hash, hash
    FROM audit_logs ORDER BY id
    """
)


@dataclass(frozen=True)
class By:
    """Who makes a change: `key:<id>`, `cli` or `system`, and from where."""

    actor: str
    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True)
class Chain:
    """What a check of the log found. `broken_at` is the id of the first row that does not fit."""

    rows: int
    broken_at: int | None


def audit(
    connection: Connection,
    actor: str,
    action: str,
    resource_type: str,
    resource_id: str | int | None,
    details: Mapping[str, Any],
    ip: str | None = None,
    user_agent: str | None = None,
    status: str = "ok",
) -> None:
    """Write one row, in the transaction of the change itself. `details` holds ids and names of fields, never names.

    The chain needs no lock: there is one writer.
    """
    last = connection.execute(_LAST).mappings().one()
    row = {
        "timestamp": last["now"],
        "actor": actor,
        "action": action,
        "resource_type": resource_type,
        "resource_id": None if resource_id is None else str(resource_id),
        "ip": _address(ip),
        "user_agent": user_agent,
        "details": dict(details),
        "status": status,
    }
    before = bytes(last["hash"] or GENESIS)
    connection.execute(
        _INSERT, {**row, "details": Jsonb(row["details"]), "prev_hash": before, "hash": _hash(before, row)}
    )


def audit_by(
    connection: Connection, by: By, action: str, resource_type: str, resource_id: str | int | None, **details: Any
) -> None:
    """The same for a change that came through the API."""
    audit(connection, by.actor, action, resource_type, resource_id, details, by.ip, by.user_agent)


def verify(connection: Connection) -> Chain:
    """Compute every hash again. A changed, inserted or removed row breaks the chain there."""
    before, rows = GENESIS, 0
    with connection.execute(_ALL, execution_options={"yield_per": 1000}) as lines:
        for row in lines.mappings():
            facts = {name: row[name] for name in row if name not in ("id", "prev_hash", "hash")}
            facts["ip"] = _address(row["ip"])
            if bytes(row["prev_hash"]) != before or bytes(row["hash"]) != _hash(before, facts):
                return Chain(rows, row["id"])
            before, rows = bytes(row["hash"]), rows + 1
    return Chain(rows, None)


def _hash(before: bytes, row: Mapping[str, Any]) -> bytes:
    at: datetime = row["timestamp"]
    canonical = json.dumps(
        {**row, "timestamp": at.astimezone(UTC).isoformat(timespec="microseconds")},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return hashlib.sha256(before + canonical.encode()).digest()


def _address(ip: str | None) -> str | None:
    """One spelling of an address, the same on the way in and on the way out; what is none is left out."""
    if ip is None:
        return None
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)
