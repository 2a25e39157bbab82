"""Logging in and out, and who one is."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from homesec.api.caller import Author, Viewer
from homesec.api.credentials import COOKIE, Credentials, digest, new_secret
from homesec.api.limits import Limits
from homesec.api.problems import responses
from homesec.api.schemas.access import SessionIn, SessionOut, TokenOut
from homesec.api.world import World
from homesec.errors import Unauthorized
from homesec.store.writes.access import By
from homesec.store.writes.keys import CreateToken, EndSession, RefuseLogin, StartSession

router = APIRouter(prefix="/api/session", tags=["session"])

SESSION = timedelta(days=30)
TOKEN = timedelta(minutes=10)


@router.post("", responses=responses())
async def log_in(services: World, request: Request, body: SessionIn, response: Response) -> SessionOut:
    """Trade a key or a one-time token for a session cookie that scripts cannot read and other sites cannot use."""
    limits: Limits = request.app.state.limits
    address = request.state.address or "unknown"
    by = By("stranger", request.state.address, request.headers.get("user-agent", "")[:300] or None)
    if (wait_s := await limits.may_login(address)) is not None:
        raise _too_many(wait_s)
    session = new_secret()
    given = digest(body.key or body.token or "")
    try:
        key = await services.write(StartSession(given, digest(session), datetime.now(UTC) + SESSION, by))
    except Unauthorized:
        if (wait_s := await limits.failed_login(address)) is not None:
            raise _too_many(wait_s) from None
        await services.write(RefuseLogin(by))
        raise
    response.set_cookie(
        COOKIE, session, max_age=int(SESSION.total_seconds()), path="/", httponly=True, samesite="strict",
        secure=request.state.origin.scheme == "https",
    )  # fmt: skip
    return SessionOut(
        key_id=key["id"], name=key["name"], role=key["role"], cameras=key["cameras"], by="session"
    )


@router.get("", responses=responses())
async def who_am_i(caller: Viewer) -> SessionOut:
    return SessionOut(
        key_id=caller.key_id,
        name=caller.name,
        role=caller.role,  # type: ignore[arg-type]  # the table allows no other
        cameras=None if caller.cameras is None else list(caller.cameras),
        by="session" if caller.session else "key",
    )


@router.delete("", status_code=204, responses=responses())
async def log_out(services: World, request: Request, caller: Viewer, by: Author, response: Response) -> None:
    """End the session; a key stays good."""
    credentials: Credentials = request.app.state.credentials
    if caller.session:
        await services.write(EndSession(caller.credential, by))
        credentials.forget(caller.credential)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


@router.post("/token", status_code=201, responses=responses())
async def create_token(services: World, caller: Viewer, by: Author) -> TokenOut:
    """A one-time token for the same key, to log in on another device: append it to the page's address as `#token=`."""
    token, until = new_secret(), datetime.now(UTC) + TOKEN
    await services.write(CreateToken(caller.key_id, digest(token), until, by))
    return TokenOut(token=token, expires_at=until)


def _too_many(wait_s: int) -> HTTPException:
    return HTTPException(429, "Too many failed logins; wait a little.", {"Retry-After": str(wait_s)})
