"""Serve's port between replicas, kept on loopback.

Every replica of Ray Serve 2.60 listens on all interfaces for requests of other deployments, asks for no token, and
unpickles what it is sent: whoever reaches that port runs code. homesec has one deployment and never uses the port.
"""

from typing import Any

from ray.serve._private import replica


def keep_on_loopback() -> None:
    """Call in the replica before Serve opens the port. Raises AttributeError when Serve no longer does it this way."""
    serve: Any = replica  # Serve's private modules carry no types
    bind = serve.add_port_to_grpc_server

    def on_loopback(server: Any, address: str) -> Any:
        return bind(server, "127.0.0.1:" + address.rpartition(":")[2])

    serve.add_port_to_grpc_server = on_loopback
