"""How much memory weights take, judged by their files."""

from pathlib import Path

WORK_GB = 0.15  # of what is computed between two layers for one batch of crops
UNKNOWN_GB = 0.5  # of files that are not there yet
_GROWS = {".pt": 2.2, ".safetensors": 1.1, ".onnx": 1.3}  # loaded size over file size; .pt mostly holds half precision


def file_gb(name: str, models_dir: Path) -> float:
    """GB that a name of the settings takes when it is loaded: `family:file`, `family:folder` or `family:one+other`."""
    _, _, rest = name.partition(":")
    if not rest:
        return 0.0
    parts = [_bytes(part.partition("@")[0], models_dir) for part in rest.split("+")]
    return UNKNOWN_GB if None in parts else round(sum(part or 0.0 for part in parts) / 1e9 + WORK_GB, 3)


def _bytes(name: str, models_dir: Path) -> float | None:
    for path in (models_dir / name, models_dir / f"{name}.pt", models_dir / f"{name}.onnx", Path(name)):
        if path.is_file():
            return path.stat().st_size * _GROWS.get(path.suffix, 1.0)
        if path.is_dir():
            files = [file for file in path.iterdir() if file.suffix in _GROWS]
            return sum(file.stat().st_size * _GROWS[file.suffix] for file in files) if files else None
    return None
