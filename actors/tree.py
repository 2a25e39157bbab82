"""What the root builds: which actors, how many, with which share of what, and in which order they stop."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from actors import (
    AGGREGATOR,
    ANALYST,
    COORDINATOR,
    DETECTOR,
    ENRICHER,
    JOBS,
    KEEPER,
    MEDIA_SERVER,
    WATCHER,
    WRITER,
    options,
)
from actors.aggregator import AggregatorActor
from actors.analyst import AnalystActor
from actors.coordinator import CoordinatorActor
from actors.detector import DetectorActor
from actors.enricher import EnricherActor
from actors.jobs import JobsActor
from actors.keeper import KeeperActor
from actors.media_server import MediaServerActor
from actors.names import Handle
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
    make: Callable[[], Handle]


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
    """The whole tree in the order in which it is started.

    On a Ray of our own, which has no other node, those that only coordinate share a process.
    """
    settings = home.settings
    where = (settings, home.database_url, home.redis_url)
    single = settings.ray_address is None
    hosted: dict[str, tuple[type, tuple[Any, ...]]] = {}

    def coordinating(name: str, shell: type, *arguments: Any, **how: Any) -> Callable[[], Handle]:
        if not single:
            return _alone(name, shell, *arguments, **how)
        hosted[name] = (shell, arguments)
        shared = options(COORDINATOR, get_if_exists=True)  # whoever is built first makes it for all
        return lambda: Handle(_actor(CoordinatorActor, shared, settings, hosted), name, COORDINATOR)

    tree = [Child(WRITER, 9, _alone(WRITER, WriterActor, *where))]
    for number, (node, volume) in enumerate(home.upload_nodes.items()):
        watcher = WATCHER if number == 0 else f"{WATCHER}:{number}"
        server = f"{MEDIA_SERVER}:{volume}"
        here = {"scheduling_strategy": NodeAffinitySchedulingStrategy(node, soft=False)}
        if not single:
            tree.append(Child(server, 8, _alone(server, MediaServerActor, settings, **here)))
        tree.append(Child(watcher, 0, coordinating(watcher, WatcherActor, *where, **here)))
    tree.append(Child(AGGREGATOR, 2, coordinating(AGGREGATOR, AggregatorActor, *where)))
    for number in range(settings.detector.replicas):
        name = f"{DETECTOR}:{number}"
        part = None if home.gpu_gb is None else share(settings.detector.gpu_gb, home.gpu_gb)
        resources = {"resources": settings.detector.node_resources, "num_gpus": part}
        device = "cpu" if part is None else "cuda"
        tree.append(Child(name, 1, _alone(name, DetectorActor, *where, device, part or 0.0, name, **resources)))
    for number in range(settings.analysts):
        name = f"{ANALYST}:{number}"
        place = coordinating if number == 0 else _alone  # who asks for more has more cores
        tree.append(Child(name, 3, place(name, AnalystActor, *where, name)))
    tree.append(Child(KEEPER, 3, coordinating(KEEPER, KeeperActor, settings, home.database_url)))
    # where the data folder is: backups lie there, and the mark of the simulation
    here = {"scheduling_strategy": NodeAffinitySchedulingStrategy(next(iter(home.upload_nodes)), soft=False)}
    tree.append(Child(JOBS, 3, coordinating(JOBS, JobsActor, settings, home.database_url, **here)))
    if settings.enrichment.model != "none":
        tree.append(Child(ENRICHER, 4, _alone(ENRICHER, EnricherActor, *where, **here)))
    return tree


def _alone(name: str, shell: type, *arguments: Any, **how: Any) -> Callable[[], Handle]:
    """An actor of its own."""
    return lambda: Handle(_actor(shell, options(name, **how), *arguments), name)


def _actor(shell: type, how: dict[str, Any], *arguments: Any) -> Any:
    return ray.remote(shell).options(**how).remote(*arguments)
