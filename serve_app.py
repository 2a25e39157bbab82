"""The face of homesec under Ray Serve: HTTP, WebSocket and the page. It talks; models and state live in actors."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from ray import serve

from actors.replica_port import keep_on_loopback
from actors.services import RayServices
from homesec.api.app import create_api
from homesec.settings import Settings

APP = "homesec"
MAX_ONGOING = 1000  # every open socket counts as one; Ray's default of 5 would stall the API


class Args(BaseModel):
    """What a replica needs."""

    settings: Settings
    database_url: str
    redis_url: str


def _factory(args: Args) -> Callable[[], FastAPI]:
    def build() -> FastAPI:
        keep_on_loopback()
        return create_api(RayServices(args.settings, args.database_url, args.redis_url))

    return build


class _Api:
    """Its methods are the routes of `create_api`."""


def app(args: Args) -> serve.Application:
    """The application. It creates no actors: the root does, and they outlive any replica."""
    face: Any = serve.deployment(
        name="Api",
        num_replicas=args.settings.api.replicas,
        max_ongoing_requests=MAX_ONGOING,
        # on the head, beside the proxy and the upload folders, and not on a worker that may be switched off
        ray_actor_options={"num_cpus": 0, "resources": {"node:__internal_head__": 0.001}},
        graceful_shutdown_timeout_s=5,
    )(serve.ingress(_factory(args))(_Api))
    application: serve.Application = face.bind()
    return application
