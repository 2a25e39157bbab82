"""The detector of the simulated household: weights that come with the package, for drawn pictures and no others."""

import hashlib
import json
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from homesec.errors import ModelUnavailable
from homesec.vision import ultralytics_detector
from homesec.vision.spec import Detector

NAME = "sim:household"
STAND_IN = (
    "made for the simulated household only: it knows drawn pictures and finds nothing reliably in those of real "
    "cameras. For these, put YOLO or RT-DETR weights into <data>/models and name them in detector.name"
)
WEIGHTS, PROVENANCE = "household.pt", "household.json"


def load(models_dir: Path, device: str, min_confidence: float) -> Detector:
    """Load the weights, for the data folder of a simulation alone. Raises ModelUnavailable.

    Pictures are scaled to the size with which the weights were made, whatever is set for other detectors.
    """
    from homesec.sim.marker import FILE, is_simulated

    data_dir = models_dir.parent
    if not is_simulated(data_dir):
        raise ModelUnavailable(
            f"the detector sim is {STAND_IN}; {data_dir} holds no simulation (it has no {FILE}, as `homesec demo` "
            "writes it)"
        )
    folder = files("homesec.sim") / "weights"
    with as_file(folder / WEIGHTS) as weights:
        if not weights.is_file():
            raise ModelUnavailable(f"this installation has no {WEIGHTS} of the simulated household")
        told = provenance()
        verify(weights, told["sha256"])
        detector = ultralytics_detector.load(weights, models_dir, device, told["image_size"], min_confidence)
    detector.name = NAME
    return detector


def provenance() -> dict[str, Any]:
    """How the weights were made: script, seeds, versions, checksum, and what they were found to be worth."""
    told: dict[str, Any] = json.loads((files("homesec.sim") / "weights" / PROVENANCE).read_text())
    return told


def verify(weights: Path, sha256: str) -> None:
    """Raises ModelUnavailable for weights that are not those that were packed: a .pt file is a program."""
    with weights.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise ModelUnavailable(f"{weights} is not the file that {PROVENANCE} describes; install homesec again")
