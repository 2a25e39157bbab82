"""Ray's dashboard without its questions to the cloud.

Even with usage statistics off, the dashboard of Ray 2.60 asks the metadata services of three cloud providers where it
runs, over plain HTTP and DNS. There is no switch, so its process alone is given a proxy that leads nowhere.
"""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from ray._private import services

NOWHERE = "http://127.0.0.1:9"  # the discard port, on which nobody listens
_PROXY = {"http_proxy": NOWHERE, "https_proxy": NOWHERE, "no_proxy": "127.0.0.1,::1,localhost"}


@contextlib.contextmanager
def no_questions() -> Iterator[None]:
    """Round `ray.init`. Other processes of Ray, and with them all actors, keep their environment."""
    start = services.start_api_server

    def start_with_proxy(*arguments: Any, **more: Any) -> Any:
        with _environment(_PROXY):
            return start(*arguments, **more)

    services.start_api_server = start_with_proxy
    try:
        yield
    finally:
        services.start_api_server = start


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
