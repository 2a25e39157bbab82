"""A hub of the tests' own: the part of the protocol that its client speaks when it brings a repository's files."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Hub:
    """One repository with files in memory; large ones are told with their SHA-256, as a hub does."""

    def __init__(self, repository: str, files: dict[str, bytes], licence: str = "apache-2.0") -> None:
        self.repository, self.files, self.licence = repository, files, licence
        self.lies: dict[str, str] = {}
        """By file: a checksum to tell in place of the right one."""
        self.asked: list[str] = []

    @property
    def revision(self) -> str:
        return hashlib.sha1(repr(sorted(self.files.items())).encode(), usedforsecurity=False).hexdigest()

    def entry(self, name: str) -> dict[str, Any]:
        data = self.files[name]
        found: dict[str, Any] = {
            "type": "file", "path": name, "rfilename": name, "size": len(data), "oid": self.oid(name),
            "blobId": self.oid(name),
        }  # fmt: skip
        if name.endswith((".safetensors", ".onnx", ".bin")):
            sha256 = self.lies.get(name, hashlib.sha256(data).hexdigest())
            found["lfs"] = {"size": len(data), "oid": sha256, "sha256": sha256, "pointerSize": 130}
        return found

    def oid(self, name: str) -> str:
        return hashlib.sha1(self.files[name], usedforsecurity=False).hexdigest()

    def answer(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        self.asked.append(path)
        place = path.partition("?")[0]
        api, resolve = f"/api/models/{self.repository}", f"/{self.repository}/resolve/{self.revision}/"
        if place in (api, f"{api}/revision/main", f"{api}/revision/{self.revision}"):
            told = {
                "id": self.repository, "sha": self.revision, "tags": [f"license:{self.licence}"],
                "siblings": [self.entry(name) for name in self.files],
            }  # fmt: skip
            return 200, json.dumps(told).encode(), {"Content-Type": "application/json"}
        if place == f"{api}/tree/{self.revision}":
            tree = [self.entry(name) for name in self.files]
            return 200, json.dumps(tree).encode(), {"Content-Type": "application/json"}
        if place.startswith(resolve) and (name := place.removeprefix(resolve)) in self.files:
            return 200, self.files[name], {"ETag": f'"{self.oid(name)}"', "X-Repo-Commit": self.revision}
        return 404, b"{}", {"X-Error-Code": "RepoNotFound"}

    @contextmanager
    def open(self) -> Iterator[str]:
        """Serves on loopback; gives the address."""
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body, headers = hub.answer(self.path)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body)

            do_HEAD = do_GET

            def log_message(self, *_: Any) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
