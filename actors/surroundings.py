"""The environment of every process of homesec, set before Ray, torch or a hub client is imported.

Nothing calls home: usage statistics, analytics, weight downloads and auto-installs are off.
"""

import os
import secrets
from pathlib import Path

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9",  # a cluster of `ray start` reports even that it does not report
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # under `uv run` Ray would package the working directory
    "RAY_enable_worker_prestart": "0",  # idle workers would only cost memory: all of ours are actors
    "RAY_prestart_worker_first_driver": "0",
    "RAY_worker_niceness": "0",  # by default everything else on the machine goes before what answers the owner
    "RAY_task_events_max_num_task_in_gcs": "2000",  # calls that the dashboard lists; 100,000 fill 100 MB within hours
    "MALLOC_ARENA_MAX": "2",  # each worker has dozens of threads, and by default memory of its own for many of them
    "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": "0",
    "RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": "60",  # by default a proxy that a busy machine starts slowly is killed
    "RAY_DEDUP_LOGS": "0",
    "RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH": "actors.quick_proxy.no_delay",
    "FORWARDED_ALLOW_IPS": "",  # else Serve's uvicorn believes the X-Forwarded-For of every client on this machine
    "YOLO_OFFLINE": "true",
    "YOLO_AUTOINSTALL": "false",
    "YOLO_VERBOSE": "false",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
    "PYTHONUNBUFFERED": "1",
}


def prepare(data_dir: Path, own_ray: bool) -> None:
    """Set what is not set already; with a Ray of our own, also its token."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if not own_ray:
        return
    # Ray's switch against firewall popups on desktops; on Linux, too, it keeps every port of Ray on loopback,
    # metrics exporters that ask for no token included. Without it they listen on all interfaces.
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    os.environ["RAY_AUTH_MODE"] = "token"
    os.environ["RAY_AUTH_TOKEN_PATH"] = str(ray_token(data_dir))


def ray_token(data_dir: Path) -> Path:
    """The file with the token of the Ray dashboard, made at the first start, for the owner alone."""
    path = data_dir / "ray.token"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    return path
