"""Ray, the root and the Serve face, from the driver's side."""

import contextlib
import logging
import socket
import time
from collections.abc import Callable
from typing import Any

import httpx
import ray
from ray import serve
from ray.exceptions import RayError
from ray.serve.config import HTTPOptions, ProxyLocation
from ray.serve.exceptions import RayServeException
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from actors import NAMESPACE, ROOT, options
from actors.first_key import first_key
from actors.quiet_dashboard import no_questions
from actors.root import WHOLE_STOP_S, RootActor
from actors.surroundings import QUIET, ray_token
from actors.tree import UPLOAD_RESOURCE, Home
from homesec.enrich import stand_in
from homesec.errors import HomesecError, SettingsError
from homesec.media.local_storage import LocalStorage
from homesec.settings import LOOPBACK, Settings
from homesec.vision.registry import detector_spec
from homesec.vision.shares import CONTEXT_GB, Need, cuda_devices_gb, full_sets, shares
from homesec.vision.zoo.registry import capabilities
from serve_app import APP, Args, app

OBJECT_STORE_BYTES = 256 * 2**20  # no frames travel between processes, so Ray's default of 30 % of memory is a waste

log = logging.getLogger(__name__)


class House:
    """The running system."""

    def __init__(self, settings: Settings, database_url: str, redis_url: str) -> None:
        self._settings, self._database_url, self._redis_url = settings, database_url, redis_url
        self._key = self._token = ""
        self._root: Any = None
        self._own = settings.ray_address is None
        self.url = f"http://{settings.host}:{settings.port}"
        self.dashboard = ""

    def start(self) -> None:
        _check_port(self._settings.host, self._settings.port)
        further_models(self._settings)
        context = self._connect()
        self.dashboard = f"http://{context.dashboard_url}" if context.dashboard_url else ""
        _check_reach(self._settings, sum(node["Alive"] for node in ray.nodes()))
        _end_old_root()
        self._key, self._token = first_key(self._settings.data_dir, self._database_url)
        here = ray.get_runtime_context().get_node_id()
        home = Home(
            self._settings, self._database_url, self._redis_url, _upload_nodes(self._settings, here),
            *_gpus_gb(self._settings), gpu_nodes=_gpu_nodes(),
        )  # fmt: skip
        place = NodeAffinitySchedulingStrategy(here, soft=True)
        how = options(ROOT, lifetime="detached", scheduling_strategy=place)
        self._root = ray.remote(RootActor).options(**how).remote(home)
        logging.getLogger("ray.serve").setLevel(logging.WARNING)  # what it says of itself is not what `up` has to say
        serve.start(
            proxy_location=ProxyLocation.HeadOnly,
            http_options=HTTPOptions(host=self._settings.host, port=self._settings.port),
        )
        args = Args(settings=self._settings, database_url=self._database_url, redis_url=self._redis_url)
        serve.run(app(args), name=APP, route_prefix="/", blocking=False)

    def _connect(self) -> Any:
        common: dict[str, Any] = {"namespace": NAMESPACE, "log_to_driver": False, "configure_logging": False}
        if not self._own:
            return ray.init(self._settings.ray_address, runtime_env={"env_vars": QUIET}, **common)
        with no_questions():
            return ray.init(
                address="local",
                include_dashboard=True,
                dashboard_host="127.0.0.1",
                dashboard_port=self._settings.dashboard_port or None,
                object_store_memory=OBJECT_STORE_BYTES,
                _node_ip_address="127.0.0.1",
                **common,
            )

    def wait_until_ready(self, check: Callable[[], None], within_s: float) -> None:
        """Until /ready says so. Raises HomesecError with what it said last."""
        deadline, said = time.monotonic() + within_s, "nothing"
        with httpx.Client(headers={"X-API-Key": self._key}, timeout=5.0) as client:
            while time.monotonic() < deadline:
                check()
                try:
                    answer = client.get(f"{self.url}/api/health/ready")
                    said = answer.text[:500]
                    if answer.status_code == 200:
                        return
                except httpx.HTTPError as error:
                    said = type(error).__name__
                time.sleep(0.05)
        raise HomesecError(f"not ready after {within_s:.0f} s; the last answer was: {said}")

    def greeting(self) -> list[str]:
        """What the owner reads when all is ready."""
        lines = [
            f"homesec is ready: {self.url}/#token={self._token}",
            f"  (the link works once, for 10 minutes; the key is in {self._settings.data_dir / 'admin.key'})",
            f"put pictures into {self._settings.cameras_dir}/<camera>/",
        ]
        if self.dashboard and self._own:
            token = ray_token(self._settings.data_dir)
            lines.append(f"Ray dashboard: {self.dashboard}   (token: cat {token})")
        return [*lines, *self._stand_ins()]

    def _stand_ins(self) -> list[str]:
        with contextlib.suppress(RayError):
            return [f"{part['name']}: {part['stand_in']}" for part in self.parts() if part.get("stand_in")]
        return []

    def parts(self) -> list[dict[str, Any]]:
        """What the root knows of every part. Raises RayError."""
        parts: list[dict[str, Any]] = ray.get(self._root.status.remote(), timeout=5.0)
        return parts

    def stop(self) -> None:
        """In order: the face, the tree from its watchers to its writer, then Ray, if it is ours."""
        if not ray.is_initialized():
            return
        with contextlib.suppress(RayError, RayServeException):  # a start that failed early has no Serve to end
            serve.delete(APP)
        with contextlib.suppress(RayError):
            if self._root is not None:
                ray.get(self._root.stop.remote(), timeout=WHOLE_STOP_S)
        if self._root is not None:
            ray.kill(self._root)
        ray.shutdown()


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(f"port: {host}:{port} cannot be used ({error.strerror}); choose another") from error


def _end_old_root() -> None:
    """On a cluster that runs on, an earlier start may have left its root."""
    try:
        old = ray.get_actor(ROOT, namespace=NAMESPACE)
    except ValueError:
        return
    with contextlib.suppress(RayError):
        ray.get(old.stop.remote(), timeout=WHOLE_STOP_S)
    ray.kill(old)


def _upload_nodes(settings: Settings, here: str) -> dict[str, str]:
    """Node id to volume: this node, and all others that declare upload folders of their own."""
    nodes = {here: LocalStorage.open(settings.cameras_dir, settings.media_dir).volume}
    for node in ray.nodes():
        if node["Alive"] and node["NodeID"] != here and node["Resources"].get(UPLOAD_RESOURCE):
            place = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
            volume = _volume_here.options(scheduling_strategy=place).remote(settings)
            nodes[node["NodeID"]] = ray.get(volume, timeout=60.0)
    return nodes


@ray.remote(num_cpus=0)
def _volume_here(settings: Settings) -> str:
    return LocalStorage.open(settings.cameras_dir, settings.media_dir).volume


def further_models(settings: Settings) -> None:
    """Say now, before anything runs, what can never be had. Raises SettingsError, InvalidInput."""
    stand_in(settings)
    capabilities(settings)


def _gpu_nodes() -> tuple[str, ...]:
    return tuple(node["NodeID"] for node in ray.nodes() if node["Alive"] and node["Resources"].get("GPU"))


def _gpus_gb(settings: Settings) -> tuple[float | None, float | None, int]:
    """Memory of the smallest GPU of the cluster in GB, for detectors and for further models (None = on the CPU), and
    the GPUs that get a full set each.

    Raises SettingsError when a GPU is demanded and there is none, or when what is wanted can never fit.
    """
    detector, enrichment = settings.detector, settings.enrichment
    wanted = {}
    if detector.device != "cpu" and detector_spec(detector, settings.models_dir).gpu_gb > 0:
        wanted["detector"] = Need("detector", detector.gpu_gb, detector.replicas)
    if enrichment.device != "cpu" and enrichment.weights:
        wanted["enrichment"] = Need("enricher", enrichment.budget_gb + CONTEXT_GB, enrichment.replicas)
    gpus = int(ray.cluster_resources().get("GPU", 0))
    if not gpus or not wanted:
        for section in wanted:
            if getattr(settings, section).device == "cuda":
                raise SettingsError(f"{section}.device: cuda is set, but Ray finds no GPU on any node; use auto or cpu")
        return None, None, 0
    devices: list[float] = ray.get([_gpu_here.options(num_gpus=1).remote() for _ in range(gpus)], timeout=120.0)
    shares(list(wanted.values()), devices)
    smallest = min(devices)
    tied = detector.node_resources or enrichment.model != "none"  # to other nodes than those with GPUs, perhaps
    sets = len(devices) if full_sets(list(wanted.values()), devices) and not tied else 0
    return smallest if "detector" in wanted else None, smallest if "enrichment" in wanted else None, sets


@ray.remote(num_cpus=0)
def _gpu_here() -> float:
    return cuda_devices_gb()[0]


def _check_reach(settings: Settings, nodes: int) -> None:
    """Refuse a cluster whose other nodes could not reach the embedded services. Raises SettingsError."""
    embedded = not (settings.database_url and settings.redis_url)
    if nodes > 1 and embedded and settings.local.listen in LOOPBACK:
        raise SettingsError(
            "the cluster has several nodes, but the embedded services listen on loopback only: set [local] listen to a "
            "private address of this machine, or set database_url and redis_url"
        )
