"""How much one key or address may ask in a minute, counted in Redis for all replicas together."""

import asyncio
import time

from redis.exceptions import RedisError

from homesec.bus import PREFIX, Bus

FAILED_LOGINS = 20  # a minute and address; keys are long and random, so this guards the database, not the keys
WINDOW_S = 60
_PATIENCE_S = 1.0  # a Redis that answers later counts as away
_PAUSE_S = 5.0  # how long an absent Redis is not asked again


class Limits:
    """Counts in windows of a minute. While Redis is away everything is allowed: a limit is no lock."""

    def __init__(self, bus: Bus, requests_per_minute: int) -> None:
        self._redis = bus.client
        self.requests_per_minute = requests_per_minute
        self._asked_again = 0.0

    async def request(self, who: str) -> int | None:
        """Count a request. None = allowed; else the seconds to wait."""
        return await self._count(f"requests:{who}", self.requests_per_minute)

    async def failed_login(self, address: str) -> int | None:
        """Count a failed login. None = may try again; else the seconds to wait."""
        return await self._count(f"failed:{address}", FAILED_LOGINS)

    async def may_login(self, address: str) -> int | None:
        """None = may try; else the seconds to wait."""
        return await self._count(f"failed:{address}", FAILED_LOGINS, add=0)

    async def _count(self, name: str, limit: int, add: int = 1) -> int | None:
        now = time.time()
        window = int(now // WINDOW_S)
        if time.monotonic() < self._asked_again:
            return None
        key = f"{PREFIX}ratelimit:{name}:{window}"
        try:
            async with asyncio.timeout(_PATIENCE_S):
                pipe = self._redis.pipeline(transaction=False)
                pipe.incrby(key, add)
                pipe.expire(key, 2 * WINDOW_S)
                count, _ = await pipe.execute()
        except (RedisError, OSError, TimeoutError):
            self._asked_again = time.monotonic() + _PAUSE_S
            return None
        if int(count) <= limit if add else int(count) < limit:
            return None
        return max(1, round((window + 1) * WINDOW_S - now))
