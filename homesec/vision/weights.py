"""Where weights lie and whether they may be loaded. Nothing is ever fetched from anywhere."""

import hashlib
from pathlib import Path

from homesec.errors import ModelUnavailable

CHECKSUMS = "SHA256SUMS"


def weights_file(name: str, models_dir: Path, trust: bool) -> Path:
    """The file that `name` means: in the models folder, else a path. Raises ModelUnavailable when it may not be loaded.

    A .pt file is a program that runs when it is loaded. So it must lie in the models folder itself (links count as
    what they point to), or its checksum must stand in SHA256SUMS there, or the owner trusts any named file.
    """
    path = _found(name, models_dir, ".pt")
    if path.suffix != ".pt":
        raise ModelUnavailable(f"{path} is no .pt file; ultralytics weights are (other formats need other libraries)")
    if path.is_relative_to(models_dir.resolve()) or trust:
        return path
    if _sha256(path) in _listed(models_dir / CHECKSUMS):
        return path
    raise ModelUnavailable(
        f"{path} is a program as much as it is a model, and lies outside {models_dir}: move it there, list its "
        f"checksum in {models_dir / CHECKSUMS} (sha256sum), or set detector.trust_weights = true"
    )


def onnx_file(name: str, models_dir: Path) -> Path:
    """The .onnx file that `name` means; it holds numbers and operations of a standard, no program. Raises
    ModelUnavailable.
    """
    path = _found(name, models_dir, ".onnx")
    if path.suffix != ".onnx":
        raise ModelUnavailable(f"{path} is no .onnx file")
    return path


def model_folder(name: str, models_dir: Path) -> str:
    """The folder that `name` means: in the models folder, else a path; a name of the local cache stays as it is."""
    for path in (models_dir / name, Path(name)):
        if path.is_dir():
            return str(path.resolve())
    return name


def _found(name: str, models_dir: Path, suffix: str) -> Path:
    candidates = [models_dir / name, *([models_dir / f"{name}{suffix}"] if not Path(name).suffix else []), Path(name)]
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        raise ModelUnavailable(
            f"there are no weights {name}: put the file into {models_dir} (nothing is downloaded by itself)"
        )
    return found.resolve()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _listed(sums: Path) -> frozenset[str]:
    """The checksums in a file as `sha256sum` writes it."""
    try:
        lines = sums.read_text(errors="replace").splitlines()
    except OSError:
        return frozenset()
    return frozenset(words[0].lower() for line in lines if (words := line.split()) and len(words[0]) == 64)
