"""A Ray of the tests' own, started once a module."""

from collections.abc import Iterator

import pytest
import ray

from actors import NAMESPACE


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    ray.init(
        address="local", namespace=NAMESPACE, num_cpus=4, include_dashboard=False, object_store_memory=150 * 2**20,
        log_to_driver=False,
    )  # fmt: skip
    yield
    ray.shutdown()
