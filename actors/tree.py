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
    GPU_MONITOR,
    JOBS,
    KEEPER,
    MEDIA_SERVER,
    SEARCHER,
    WATCHER,
    WRITER,
    options,
)
from actors.aggregator import AggregatorActor
from actors.analyst import AnalystActor
from actors.coordinator import CoordinatorActor
from actors.detector import DetectorActor
from actors.enricher import EnricherActor
from actors.gpu_monitor import GpuMonitorActor
from actors.jobs import JobsActor
from actors.keeper import KeeperActor
from actors.media_server import MediaServerActor
from actors.names import Handle
from actors.searcher import SearcherActor
from actors.sets import Sets
from actors.watcher import WatcherActor
from actors.writer import WriterActor
from homesec.settings import Settings
from homesec.vision.shares import further_share, share

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
    """Memory of a GPU of this cluster for detectors; None: there is none, or none is wanted."""
    further_gb: float | None = None
    """The same for further models."""
    sets: int = 0
    """GPUs that get a full set of models each; 0: Ray places them."""
    gpu_nodes: tuple[str, ...] = ()
    """Ids of the nodes that have a GPU, wanted or not."""


def children(home: Home, sets: Sets | None = None) -> list[Child]:
    """The whole tree in the order in which it is started; `sets` where full sets are wanted.

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
        resources: dict[str, Any] = {"resources": settings.detector.node_resources, "num_gpus": part}
        if sets is not None:
            resources["scheduling_strategy"] = sets.place(number)
        device = "cpu" if part is None else "cuda"
        tree.append(Child(name, 1, _alone(name, DetectorActor, *where, device, part or 0.0, name, **resources)))
    for number in range(settings.analysts):
        name = f"{ANALYST}:{number}"
        place = coordinating if number == 0 else _alone  # who asks for more has more cores
        tree.append(Child(name, 3, place(name, AnalystActor, *where, name)))
    tree.append(Child(KEEPER, 3, coordinating(KEEPER, KeeperActor, settings, home.database_url)))
    for number, node in enumerate(home.gpu_nodes):
        name = GPU_MONITOR if number == 0 else f"{GPU_MONITOR}:{number}"
        here = {"scheduling_strategy": NodeAffinitySchedulingStrategy(node, soft=False)}
        tree.append(Child(name, 3, coordinating(name, GpuMonitorActor, settings, name, **here)))
    # where the data folder is, since backups lie there
    here = {"scheduling_strategy": NodeAffinitySchedulingStrategy(next(iter(home.upload_nodes)), soft=False)}
    tree.append(Child(JOBS, 3, coordinating(JOBS, JobsActor, settings, home.database_url, **here)))
    tree += _enrichers(home, sets)
    if settings.search.model != "none":
        tree.append(Child(SEARCHER, 4, _alone(SEARCHER, SearcherActor, settings, home.database_url)))
    return tree


def _enrichers(home: Home, sets: Sets | None) -> list[Child]:
    """Full sets of further models, as many as are asked for."""
    enrichment = home.settings.enrichment
    if enrichment.model == "none" and not enrichment.weights:
        return []
    how: dict[str, Any] = {}
    part = 0.0
    if home.further_gb is not None:
        part = further_share(enrichment.budget_gb, home.further_gb)
        how["num_gpus"] = part
    if enrichment.model != "none":  # where the data folder is, since the mark of the simulation lies there
        how["scheduling_strategy"] = NodeAffinitySchedulingStrategy(next(iter(home.upload_nodes)), soft=False)
    where = (home.settings, home.database_url, home.redis_url)
    found = []
    for number in range(enrichment.replicas):
        name = f"{ENRICHER}:{number}"
        place = {} if sets is None else {"scheduling_strategy": sets.place(number)}
        found.append(Child(name, 4, _alone(name, EnricherActor, *where, number, part, **{**how, **place})))
    return found


def _alone(name: str, shell: type, *arguments: Any, **how: Any) -> Callable[[], Handle]:
    """An actor of its own."""
    return lambda: Handle(_actor(shell, options(name, **how), *arguments), name)


def _actor(shell: type, how: dict[str, Any], *arguments: Any) -> Any:
    return ray.remote(shell).options(**how).remote(*arguments)
