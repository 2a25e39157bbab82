"""Models from a hub, by an explicit command alone, through the hub's own client: pulled, listed, checked, removed.

Only files that hold numbers and words are taken, never programs. What came from where stands in a file beside them.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from homesec.errors import Conflict, HomesecError, InvalidInput, NotFound
from homesec.vision.catalogue import entry

SOURCE = "source.json"
WEIGHTS = (".safetensors", ".onnx")
BESIDE = (".json", ".txt", ".yaml")  # configurations and vocabularies
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")


class PullFailed(HomesecError):
    """The model could not be pulled."""


@dataclass(frozen=True)
class Pulled:
    """A model in the models folder that came from a hub."""

    name: str
    repository: str
    revision: str
    """The commit of the repository."""
    licence: str
    """As the hub told it."""
    files: Mapping[str, str]
    """Their SHA-256, as it was when they came."""
    bytes: int


def pull(
    name: str, models_dir: Path, revision: str | None, endpoint: str | None, say: Callable[[str], None]
) -> Pulled:
    """Bring a model of the catalogue, or any repository `owner/name`, into the models folder; whole or not at all.

    `endpoint`: another hub than the client's own. A model that is there at the same revision is left alone. Raises
    InvalidInput, Conflict (something else has its name), PullFailed.
    """
    known = entry(name)
    repository = name if known is None else known.repository
    if not _REPOSITORY.fullmatch(repository):
        raise InvalidInput(f"{name} is neither a model of the catalogue nor a repository like owner/name")
    folder = models_dir / (repository.partition("/")[2] if known is None else known.name)
    found = read(folder)
    if folder.exists() and found is None:
        raise Conflict(f"{folder} is there and did not come from a hub: move it away")
    facts = _facts(repository, revision, endpoint)
    if found is not None and found.revision == facts.sha and found.repository == repository:
        say(f"{folder.name} is there already, at {found.revision[:12]}")
        return found
    licence = next((tag.partition(":")[2] for tag in facts.tags or [] if tag.startswith("license:")), "not told")
    wanted = _wanted(repository, facts)
    size = sum(one.size or 0 for one in wanted)
    say(f"{repository} at {facts.sha[:12]}: {len(wanted)} files, {size / 1e6:.1f} MB, licence {licence}")
    models_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".pull-", dir=models_dir) as scratch:
        whole = Path(scratch) / "model"
        _download(repository, facts.sha, endpoint, whole, [one.rfilename for one in wanted])
        pulled = _recorded(folder.name, repository, facts.sha, licence, whole, wanted)
        if found is not None:
            shutil.rmtree(folder)
        os.replace(whole, folder)
    return pulled


def read(folder: Path) -> Pulled | None:
    """What is told of a folder; None of one that did not come from a hub."""
    try:
        return Pulled(**json.loads((folder / SOURCE).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def pulled_models(models_dir: Path) -> list[Pulled]:
    if not models_dir.is_dir():
        return []
    return [found for folder in sorted(models_dir.iterdir()) if (found := read(folder)) is not None]


def changed(pulled: Pulled, models_dir: Path) -> list[str]:
    """Names of its files that are gone or are not what came from the hub."""
    folder = models_dir / pulled.name
    return [name for name, sha256 in pulled.files.items() if _sha256(folder / name) != sha256]


def remove(name: str, models_dir: Path) -> Pulled:
    """Raises InvalidInput, NotFound for what did not come from a hub: the owner's own files are not ours to remove."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"{name} is no name of a model")
    found = read(models_dir / name)
    if found is None:
        raise NotFound(f"{models_dir} holds no pulled model {name}")
    shutil.rmtree(models_dir / name)
    return found


def _client() -> Any:
    """The hub's client; told to send no statistics before it is imported."""
    os.environ.update({"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"})
    try:
        import huggingface_hub
    except ImportError as error:
        raise PullFailed("pulling needs the package huggingface_hub, which is not installed") from error
    return huggingface_hub


def _facts(repository: str, revision: str | None, endpoint: str | None) -> Any:
    hub = _client()
    try:
        return hub.HfApi(endpoint=endpoint, token=False).model_info(repository, revision=revision, files_metadata=True)
    except (hub.errors.HTTPError, OSError, ValueError) as error:
        raise PullFailed(f"{repository}: {_reason(error)}") from error


def _wanted(repository: str, facts: Any) -> list[Any]:
    """Its own files, and no copies of the weights in further forms, which lie in folders. Raises PullFailed."""
    files = [one for one in facts.siblings or [] if "/" not in one.rfilename]
    weights = [[one for one in files if one.rfilename.endswith(form)] for form in WEIGHTS]
    first = next((ones for ones in weights if ones), None)
    if first is None:
        raise PullFailed(f"{repository} has no {' or '.join(WEIGHTS)} file; others may be programs and are not taken")
    return first + [one for one in files if one.rfilename.endswith(BESIDE)]


def _download(repository: str, revision: str, endpoint: str | None, folder: Path, files: list[str]) -> None:
    hub = _client()
    try:
        hub.snapshot_download(
            repository, revision=revision, local_dir=folder, allow_patterns=files, endpoint=endpoint, token=False
        )
    except (hub.errors.HTTPError, OSError, ValueError) as error:
        raise PullFailed(f"{repository}: {_reason(error)}") from error
    shutil.rmtree(folder / ".cache", ignore_errors=True)


def _recorded(
    name: str, repository: str, revision: str, licence: str, folder: Path, wanted: Sequence[Any]
) -> Pulled:
    """Check what came against what the hub told, and write down what it is. Raises PullFailed."""
    files: dict[str, str] = {}
    for one in wanted:
        sha256 = _sha256(folder / one.rfilename)
        if sha256 is None or (one.lfs is not None and one.lfs.sha256 != sha256):
            raise PullFailed(f"{repository}: {one.rfilename} is not the file that the hub describes; try again")
        files[one.rfilename] = sha256
    size = sum((folder / file).stat().st_size for file in files)
    pulled = Pulled(name, repository, revision, licence, files, size)
    (folder / SOURCE).write_text(json.dumps(asdict(pulled), indent=2) + "\n")
    return pulled


def _reason(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
