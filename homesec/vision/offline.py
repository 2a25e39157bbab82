"""Silence: libraries that would send statistics, fetch weights or install packages are told not to before their import.

These switches are read when the libraries are imported, so this runs first in a process that loads a model.
"""

import os
from pathlib import Path

SWITCHES = {
    "YOLO_OFFLINE": "1",  # no statistics, no look-up of other versions
    "YOLO_AUTOINSTALL": "0",  # a missing package is an error and never a call of pip
    "YOLO_VERBOSE": "0",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}


def go_offline(models_dir: Path) -> None:
    """Set all switches, over what the environment says, and keep ultralytics' own settings beside the models."""
    os.environ.update(SWITCHES)
    os.environ.setdefault("YOLO_CONFIG_DIR", str(models_dir / ".ultralytics"))
