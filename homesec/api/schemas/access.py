"""Who may ask: keys, sessions and the audit log."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from homesec.api.schemas.common import CAMERA_ID, Input, Output, Words

Role = Literal["admin", "operator", "viewer"]
CameraId = Annotated[str, Field(pattern=CAMERA_ID)]


class KeyIn(Input):
    """A new key."""

    name: Annotated[Words, Field(min_length=1, max_length=200)]
    role: Role = "viewer"
    cameras: Annotated[
        list[CameraId] | None, Field(min_length=1, max_length=1000, description="Null: all cameras")
    ] = None


class KeyOut(Output):
    """A key without its secret."""

    id: int
    name: str
    role: Role
    cameras: list[str] | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewKey(KeyOut):
    """A new key; `key` is shown this once (null when the request was repeated with its Idempotency-Key)."""

    key: str | None


class SessionIn(Input):
    """A key or a one-time token, to be traded for a session cookie."""

    key: Annotated[Words | None, Field(max_length=200)] = None
    token: Annotated[Words | None, Field(max_length=200)] = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "SessionIn":
        if (self.key is None) == (self.token is None):
            raise ValueError("give either key or token")
        return self


class SessionOut(Output):
    """Who asks, and what that one may do."""

    key_id: int
    name: str
    role: Role
    cameras: Annotated[list[str] | None, Field(description="Null: all cameras")]
    by: Annotated[Literal["key", "session"], Field(description="How the request was authenticated")]


class TokenOut(Output):
    """A token that opens one session, within ten minutes."""

    token: str
    expires_at: datetime


class AuditLogOut(Output):
    """One change, by whom and of what; ids only."""

    id: int
    timestamp: datetime
    actor: str
    action: str
    resource_type: str
    resource_id: str | None
    ip: str | None
    user_agent: str | None
    details: dict[str, Any]
    status: str


class ChainOut(Output):
    """Whether the log of changes is whole: each row carries the hash of the row before it."""

    ok: bool
    rows: int
    broken_at: Annotated[int | None, Field(description="Id of the first row that does not fit")]
    trimmed: Annotated[bool, Field(description="Older rows were cut off, and the anchor that was left fits")]
