"""Weights for a bench on a machine that has none: the architecture, with random numbers."""

from pathlib import Path

from homesec.vision.offline import go_offline

ARCHITECTURE = "yolo26n.yaml"  # the smallest of the newest family that ultralytics ships


def random_weights(models_dir: Path) -> Path:
    """A file in the models folder. It says nonsense, in the time that real weights take."""
    models_dir.mkdir(parents=True, exist_ok=True)
    go_offline(models_dir)
    from ultralytics.models import YOLO

    path = models_dir / "random-yolo26n.pt"
    YOLO(ARCHITECTURE, task="detect", verbose=False).save(str(path))
    return path
