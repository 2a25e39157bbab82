"""Full sets of models on several GPUs: on a Ray that is told of GPUs which are not there."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import ray

from actors import NAMESPACE
from actors.sets import Sets
from actors.tree import Home, children
from homesec.errors import Unavailable
from homesec.settings import Settings
from homesec.vision.shares import Need, full_sets

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def gpus() -> Iterator[None]:
    ray.init(
        address="local", namespace=NAMESPACE, num_cpus=2, num_gpus=2, include_dashboard=False,
        object_store_memory=100 * 2**20, log_to_driver=False,
    )  # fmt: skip
    yield
    ray.shutdown()


class Model:
    """Says on which GPU it is."""

    def where(self) -> list[int]:
        return [int(number) for number in ray.get_gpu_ids()]


def made(share: float, **how: Any) -> Any:
    return ray.remote(Model).options(num_cpus=0, num_gpus=share, **how).remote()


@pytest.mark.usefixtures("gpus")
def test_each_gpu_gets_a_detector_and_an_enricher_and_a_root_that_starts_again_takes_the_place_of_the_old() -> None:
    for _ in range(2):  # the second finds what the first left behind
        sets = Sets(2)
        asyncio.run(_ready(sets))
        models = [made(share, scheduling_strategy=sets.place(number)) for share in (0.5, 0.4) for number in (0, 1)]
        first, second, other_first, other_second = ray.get([model.where.remote() for model in models], timeout=60)
        assert first == other_first
        assert second == other_second
        assert first != second
        for model in models:
            ray.kill(model)
    sets.remove()


@pytest.mark.usefixtures("gpus")
def test_gpus_that_cannot_be_had_are_spoken_of() -> None:
    sets = Sets(3)
    with pytest.raises(Unavailable, match="3 whole GPUs cannot be had"):
        asyncio.run(_ready(sets, within_s=1.0))
    sets.remove()
    again = Sets(2)  # nothing of it is left
    asyncio.run(_ready(again))
    again.remove()


async def _ready(sets: Sets, within_s: float = 30.0) -> None:
    await sets.ready(within_s)


@pytest.mark.usefixtures("gpus")
def test_the_tree_puts_the_models_of_one_number_together(tmp_path: Path) -> None:
    settings = Settings.load(
        data_dir=tmp_path, detector={"name": "ultralytics:x", "replicas": 2, "gpu_gb": 4.0},
        enrichment={"pose": "vitpose:x", "replicas": 2, "budget_gb": 3.0},
    )  # fmt: skip
    sets = Sets(2)
    tree = children(Home(settings, "postgresql://", "redis://", {"0" * 56: "v"}, 10.0, 10.0, 2), sets)
    assert [child.name for child in tree if child.name.startswith(("detector", "enricher"))] == [
        "detector:0", "detector:1", "enricher:0", "enricher:1",
    ]  # fmt: skip
    assert [sets.place(number).placement_group_bundle_index for number in range(3)] == [0, 1, 0]
    sets.remove()


@pytest.mark.parametrize(
    ("detectors", "enrichers", "gb", "full"),
    [
        (2, 2, [10.0, 10.0], True),  # 0.4 + 0.5 each
        (2, 2, [10.0], False),  # one GPU needs no sets
        (1, 2, [10.0, 10.0], False),  # one of them would have no detector
        (4, 2, [10.0, 10.0], False),  # 2 * 0.4 + 0.5
        (4, 2, [16.0, 16.0], True),
    ],
)
def test_sets_are_made_where_each_gpu_carries_a_whole_one(
    detectors: int, enrichers: int, gb: list[float], full: bool
) -> None:
    assert full_sets([Need("detector", 4.0, detectors), Need("enricher", 5.0, enrichers)], gb) is full
