"""Where things run, what they get, and what happens when they die: thin Ray shells round the library `homesec`.

The root is the one detached actor; it creates all others, owns them, and they end with it.
"""

from typing import Any

NAMESPACE = "homesec"

ROOT = "root"
WRITER = "writer"
WATCHER = "watcher"
AGGREGATOR = "aggregator"
DETECTOR = "detector"  # detector:0, detector:1 ...
ANALYST = "analyst"  # analyst:0, analyst:1 ...
ENRICHER = "enricher"  # enricher:0, enricher:1 ... only where further models are asked for
KEEPER = "keeper"
GPU_MONITOR = "gpu_monitor"  # on every node with a GPU; gpu_monitor:1 ... on further ones
SEARCHER = "searcher"  # only where a model for search by meaning is asked for
JOBS = "jobs"
COORDINATOR = "coordinator"  # on a Ray of our own: hosts all that only coordinate
MEDIA_SERVER = "media_server"  # media_server:<volume>


def options(name: str, **resources: Any) -> dict[str, Any]:
    """The one table of actor options: named, restarted for ever, and no call is repeated by Ray on its own,

    because every step has effects and is repeated by its own queue. Actors that only coordinate reserve no CPU.
    """
    return {
        "name": name,
        "namespace": NAMESPACE,
        "num_cpus": 0,
        "max_restarts": -1,
        "max_task_retries": 0,
        **resources,
    }
