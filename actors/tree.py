"""What the root builds: which actors, how many, with which share of what, and in which order they stop."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from actors import AGGREGATOR, ANALYST, DETECTOR, ENRICHER, KEEPER, MEDIA_SERVER, WATCHER, WRITER, options
from actors.aggregator import AggregatorActor
from actors.analyst import AnalystActor
from actors.detector import DetectorActor
from actors.enricher import EnricherActor
from actors.keeper import KeeperActor
from actors.media_server import MediaServerActor
from actors.watcher import WatcherActor
from actors.writer import WriterActor
from homesec.settings import Settings
from homesec.vision.shares import share

UPLOAD_RESOURCE = "homesec_uploads"  # a node that has upload folders of its own declares this Ray resource


@dataclass(frozen=True)
class Child:
    """One actor of the tree. They stop in the order of `stops`: first what takes work in, last the writer."""

    name: str
    stops: int
    make: Callable[[], Any]


@dataclass(frozen=True)
class Home:
    """What the tree needs to know of the cluster."""

    settings: Settings
    database_url: str
    redis_url: str
    upload_nodes: dict[str, str]
    """Node id to the volume of its upload folder; the first is the node where homesec was started."""
    gpu_gb: float | None
    """Memory of a GPU of this cluster; None: there is none, or none is wanted."""


def children(home: Home) -> list[Child]:
    """The whole tree in the order in which it is started."""
    settings = home.settings
    where = (settings, home.database_url, home.redis_url)
    tree = [Child(WRITER, 9, lambda: _actor(WriterActor, options(WRITER), *where))]
    for number, (node, volume) in enumerate(home.upload_nodes.items()):
        watcher = WATCHER if number == 0 else f"{WATCHER}:{number}"
        server = f"{MEDIA_SERVER}:{volume}"
        here = {"scheduling_strategy": NodeAffinitySchedulingStrategy(node, soft=False)}
        if settings.ray_address is not None:  # a Ray of our own has no other node that could ask
            tree.append(Child(server, 8, _maker(MediaServerActor, options(server, **here), settings)))
        tree.append(Child(watcher, 0, _maker(WatcherActor, options(watcher, **here), *where)))
    tree.append(Child(AGGREGATOR, 2, _maker(AggregatorActor, options(AGGREGATOR), *where)))
    for number in range(settings.detector.replicas):
        name = f"{DETECTOR}:{number}"
        part = None if home.gpu_gb is None else share(settings.detector.gpu_gb, home.gpu_gb)
        resources = {"resources": settings.detector.node_resources, "num_gpus": part}
        device = "cpu" if part is None else "cuda"
        tree.append(
            Child(name, 1, _maker(DetectorActor, options(name, **resources), *where, device, part or 0.0, name))
        )
    for number in range(settings.analysts):
        name = f"{ANALYST}:{number}"
        tree.append(Child(name, 3, _maker(AnalystActor, options(name), *where, name)))
    tree.append(Child(KEEPER, 3, _maker(KeeperActor, options(KEEPER), settings, home.database_url)))
    if settings.enrichment.model != "none":
        # where the data folder is, since the mark of the simulation lies there
        here = {"scheduling_strategy": NodeAffinitySchedulingStrategy(next(iter(home.upload_nodes)), soft=False)}
        tree.append(Child(ENRICHER, 4, _maker(EnricherActor, options(ENRICHER, **here), *where)))
    return tree


def _maker(shell: type, how: dict[str, Any], *arguments: Any) -> Callable[[], Any]:
    return lambda: _actor(shell, how, *arguments)


def _actor(shell: type, how: dict[str, Any], *arguments: Any) -> Any:
    return ray.remote(shell).options(**how).remote(*arguments)
