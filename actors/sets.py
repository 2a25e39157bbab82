"""Full sets of models on several GPUs: one bundle for each GPU, and in each a detector and an enricher.

Left alone, Ray fills one GPU before the next, and the models of one kind may all end up together.
"""

import asyncio
import contextlib

from ray.util.placement_group import get_placement_group, placement_group, remove_placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

from homesec.errors import Unavailable

NAME = "homesec_sets"


class Sets:
    """Holds all of so many GPUs until it is removed. One that an earlier root left behind is removed first."""

    def __init__(self, gpus: int) -> None:
        with contextlib.suppress(ValueError):
            remove_placement_group(get_placement_group(NAME))
        self._gpus = gpus
        self._group = placement_group([{"GPU": 1.0}] * gpus, strategy="PACK", name=NAME)

    async def ready(self, within_s: float) -> None:
        """Raises Unavailable when the GPUs cannot be had: Ray itself would wait for ever without a word."""
        try:
            await asyncio.wait_for(self._group.ready(), within_s)
        except TimeoutError as error:
            raise Unavailable(f"{self._gpus} whole GPUs cannot be had: others on the cluster have some") from error

    def place(self, number: int) -> PlacementGroupSchedulingStrategy:
        """Where the model of this number goes: to one GPU after the other."""
        return PlacementGroupSchedulingStrategy(self._group, placement_group_bundle_index=number % self._gpus)

    def remove(self) -> None:
        remove_placement_group(self._group)
