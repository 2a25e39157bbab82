"""Ray and Serve with nothing of homesec: what the start and the idle system are compared with. Run as a program.

Prints `ready` once its one deployment has answered over HTTP, then waits for SIGTERM or SIGINT.
"""

import signal
import sys
import time
import urllib.request
from typing import Any

import ray
from ray import serve
from ray.serve.config import HTTPOptions, ProxyLocation


@serve.deployment(ray_actor_options={"num_cpus": 0})
class Hello:
    """The smallest application."""

    def __call__(self, request: Any) -> str:
        return "hello"


def main(port: int) -> None:
    ray.init(
        address="local", include_dashboard=True, dashboard_host="127.0.0.1", dashboard_port=0,
        object_store_memory=256 * 2**20, _node_ip_address="127.0.0.1", log_to_driver=False, configure_logging=False,
    )  # fmt: skip
    serve.start(proxy_location=ProxyLocation.HeadOnly, http_options=HTTPOptions(host="127.0.0.1", port=port))
    application: Any = Hello
    serve.run(application.bind(), route_prefix="/", blocking=False)
    while True:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            if answer.read() == b"hello":
                break
        time.sleep(0.02)
    print("ready", flush=True)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    signal.pause()


if __name__ == "__main__":
    main(int(sys.argv[1]))
