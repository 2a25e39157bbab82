"""A small Ray for benches that run single actors without `homesec up`."""

from collections.abc import Iterator
from contextlib import contextmanager

import ray

from actors import NAMESPACE

OBJECT_STORE_BYTES = 128 * 2**20


@contextmanager
def local_ray() -> Iterator[None]:
    """One node on this machine, ended after the block."""
    ray.init(
        address="local",
        namespace=NAMESPACE,
        include_dashboard=False,
        object_store_memory=OBJECT_STORE_BYTES,
        _node_ip_address="127.0.0.1",
        log_to_driver=False,
        configure_logging=False,
    )
    try:
        yield
    finally:
        ray.shutdown()
