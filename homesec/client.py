"""The command line's way to the running system: its HTTP API, with the admin key of the data folder."""

import json
import os
from pathlib import Path
from typing import Any

import httpx

from homesec.errors import HomesecError, Unavailable


def state_file(data_dir: Path) -> Path:
    """Facts of the running system for the other commands: pid and address of the API."""
    return data_dir / "up.json"


def write_state(data_dir: Path, state: dict[str, Any]) -> None:
    part = state_file(data_dir).with_suffix(".part")
    part.write_text(json.dumps(state))
    part.rename(state_file(data_dir))


def read_state(data_dir: Path) -> dict[str, Any] | None:
    """The facts of the running system; None when none runs."""
    try:
        state: dict[str, Any] = json.loads(state_file(data_dir).read_text())
        os.kill(int(state["pid"]), 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return state


class Client:
    """One connection to the API of the system that runs on this data folder."""

    def __init__(self, data_dir: Path) -> None:
        state = read_state(data_dir)
        if state is None:
            raise Unavailable(f"homesec does not run on {data_dir}; `homesec up` starts it")
        try:
            key = (data_dir / "admin.key").read_text().strip()
        except OSError as error:
            raise Unavailable(f"{data_dir / 'admin.key'} cannot be read: {error.strerror}") from error
        self._http = httpx.Client(base_url=state["url"], headers={"X-API-Key": key}, timeout=30.0)

    def ask(self, method: str, path: str, **how: Any) -> Any:
        """The JSON of the answer. Raises HomesecError with the API's own sentence."""
        try:
            answer = self._http.request(method, path, **how)
        except httpx.HTTPError as error:
            raise Unavailable(f"the API does not answer: {type(error).__name__}") from error
        if answer.is_error:
            raise _refusal(answer)
        return answer.json() if answer.content else None

    def fetch(self, path: str, to: Path) -> None:
        """Download a file, whole or not at all. Raises HomesecError with the API's own sentence."""
        part = to.with_name(f".{to.name}.part")
        try:
            with self._http.stream("GET", path) as answer:
                if answer.is_error:
                    answer.read()
                    raise _refusal(answer)
                with part.open("wb") as file:
                    for block in answer.iter_bytes():
                        file.write(block)
            part.replace(to)
        except httpx.HTTPError as error:
            raise Unavailable(f"the API does not answer: {type(error).__name__}") from error
        except OSError as error:
            raise HomesecError(f"{to} cannot be written: {error.strerror}") from error
        finally:
            part.unlink(missing_ok=True)

    def close(self) -> None:
        self._http.close()


def _refusal(answer: httpx.Response) -> HomesecError:
    try:
        return HomesecError(str(answer.json()["detail"]))
    except (ValueError, KeyError):
        return HomesecError(f"the API answered {answer.status_code}")
