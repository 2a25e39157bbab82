"""Who asks, as routes see it: roles and cameras."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPBearer

from homesec.errors import Forbidden, NotFound
from homesec.store.tables.access import ROLES
from homesec.store.writes.access import By


@dataclass(frozen=True)
class Caller:
    """The holder of a valid key or session."""

    key_id: int
    name: str
    role: str
    cameras: tuple[str, ...] | None
    """The cameras this key is limited to; None means all."""
    session: bool
    credential: bytes
    """SHA-256 of the key or of the session's secret."""

    def may(self, role: str) -> bool:
        """Roles are ordered: an admin may what an operator may, an operator what a viewer may."""
        return ROLES.index(self.role) <= ROLES.index(role)

    def sees(self, camera_id: str | None) -> bool:
        return self.cameras is None or camera_id in self.cameras

    def find(self, camera_id: str | None) -> None:
        """Raises NotFound for another's camera: what may not be seen is not there."""
        if not self.sees(camera_id):
            raise NotFound

    def scope(self, wanted: list[str] | None) -> tuple[str, ...] | None:
        """The cameras to look at: those asked for, as far as they may be seen."""
        if not wanted:
            return self.cameras
        return tuple(camera for camera in dict.fromkeys(wanted) if self.sees(camera))


# What routes depend on is async though it waits for nothing: FastAPI hands plain functions to threads, 0.7 ms each.


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller  # put there by the gate, which lets nobody pass without
    return caller


async def _operator(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
    if not caller.may("operator"):
        raise Forbidden("this needs the role operator")
    return caller


async def _admin(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
    if not caller.may("admin"):
        raise Forbidden("this needs the role admin")
    return caller


async def _overseer(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
    if caller.cameras is not None:
        raise Forbidden("this concerns all cameras, and this key is limited to some")
    return caller


async def _steward(caller: Annotated[Caller, Depends(_operator)]) -> Caller:
    return await _overseer(caller)


async def _owner(caller: Annotated[Caller, Depends(_admin)]) -> Caller:
    return await _overseer(caller)


Viewer = Annotated[Caller, Depends(_caller)]
Operator = Annotated[Caller, Depends(_operator)]
Admin = Annotated[Caller, Depends(_admin)]
Overseer = Annotated[Caller, Depends(_overseer)]
"""Any role, but not limited to cameras."""
Steward = Annotated[Caller, Depends(_steward)]
"""Operator, and not limited to cameras: who may know who people are."""
Owner = Annotated[Caller, Depends(_owner)]
"""Admin, and not limited to cameras."""


async def _by(request: Request, caller: Viewer) -> By:
    """For the log of changes."""
    return By(f"key:{caller.key_id}", request.state.address, request.headers.get("user-agent", "")[:300] or None)


Author = Annotated[By, Depends(_by)]

# for the documentation only: the gate reads the headers itself, before any route
DOCUMENTED = (
    Depends(APIKeyHeader(name="X-API-Key", auto_error=False)),
    Depends(HTTPBearer(auto_error=False)),
)
