"""What routes are given: the services, and the form of a write that may be repeated."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request

from homesec.api.caller import Caller, Viewer
from homesec.api.services import Services
from homesec.errors import InvalidInput
from homesec.store.queries import access, reading
from homesec.store.writes.idempotency import Answer, Once
from homesec.store.writes.unit import Unit


async def _services(request: Request) -> Services:  # as a plain function it would cost a thread
    services: Services = request.app.state.services
    return services


World = Annotated[Services, Depends(_services)]


@dataclass(frozen=True)
class Submission:
    """A POST. With an Idempotency-Key it is done once, and a repetition gets the first answer."""

    services: Services
    caller: Caller
    key: str | None
    sha256: bytes

    async def earlier(self) -> dict[str, Any] | None:
        """The answer to an earlier request with this key. Raises InvalidInput if that was another request."""
        if self.key is None:
            return None
        async with reading(self.services.database) as connection:
            before = await access.earlier_answer(connection, self.caller.key_id, self.key)
        if before is None:
            return None
        if bytes(before["request_sha256"]) != self.sha256:
            raise InvalidInput("this Idempotency-Key was used for another request")
        return dict(before["body"])

    async def write(self, unit: Unit, status: int = 200, body: dict[str, Any] | None = None) -> Answer:
        """Do it, and remember the answer (`body`, or the unit's own result) in the same transaction."""
        if self.key is None:
            result = await self.services.write(unit)
            return Answer(result if body is None else body, repeated=False)
        once = Once(self.key, self.caller.key_id, self.sha256, status, unit, body)
        answer: Answer = await self.services.write(once)
        return answer

    async def remember(self, body: dict[str, Any], status: int) -> None:
        """Keep the answer to something that was done elsewhere than in the database."""
        if self.key is not None:
            await self.services.write(Once(self.key, self.caller.key_id, self.sha256, status, None, body))


async def _submission(
    request: Request,
    services: World,
    caller: Viewer,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$", description="Repeat a POST safely (24 hours)"),
    ] = None,
) -> Submission:
    url = request.url
    seen = hashlib.sha256(f"{request.method} {url.path}?{url.query}\n".encode())
    if not url.path.endswith("/uploads"):  # a file is streamed, and its hash compared by the route
        seen.update(await request.body())
    return Submission(services, caller, idempotency_key, seen.digest())


Posted = Annotated[Submission, Depends(_submission)]
