"""The HTTP and WebSocket API."""

from homesec.api.app import create_api

__all__ = ["create_api"]
