"""Keys: make, list, revoke."""

from typing import Annotated

from fastapi import APIRouter, Path

from homesec.api.caller import Author, Owner
from homesec.api.credentials import digest, new_secret
from homesec.api.pages import Cursor, Limit, cut, place
from homesec.api.problems import responses
from homesec.api.schemas.access import KeyIn, KeyOut, NewKey
from homesec.api.schemas.common import MAX_ID, Page
from homesec.api.world import Posted, World
from homesec.store.queries import access, outbox, reading
from homesec.store.writes.keys import CreateKey, RevokeKey

router = APIRouter(prefix="/api/keys", tags=["keys"])


@router.get("", responses=responses())
async def list_keys(services: World, caller: Owner, limit: Limit = 50, cursor: Cursor = None) -> Page[KeyOut]:
    """Newest first, revoked ones too; never the secrets."""
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await access.keys(connection, part)
    page, next_cursor = cut(rows, limit, lambda row: (row["created_at"], row["id"]))
    return Page(items=[KeyOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.post("", status_code=201, responses=responses(404))
async def create_key(caller: Owner, by: Author, posted: Posted, body: KeyIn) -> NewKey:
    """The key itself is in this answer and nowhere else: only its hash is kept."""
    secret = new_secret()
    cameras = None if body.cameras is None else tuple(dict.fromkeys(body.cameras))
    answer = await posted.write(CreateKey(body.name, body.role, cameras, digest(secret), by), 201)
    return NewKey.from_row(answer.body, key=None if answer.repeated else secret)


@router.delete("/{key_id}", status_code=204, responses=responses(404, 409))
async def revoke_key(
    services: World, caller: Owner, by: Author, key_id: Annotated[int, Path(ge=1, le=MAX_ID)]
) -> None:
    """It opens nothing any more: requests within two seconds, its sessions and sockets too."""
    await services.write(RevokeKey(key_id, by))
