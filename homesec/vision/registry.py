"""The name in the settings to the model it means, in one place."""

import os
from collections.abc import Callable
from pathlib import Path

from homesec.errors import ModelUnavailable
from homesec.settings import DetectorSettings
from homesec.vision import fakes, hog, household, transformers_detector, ultralytics_detector
from homesec.vision.shares import use_threads
from homesec.vision.spec import Detector, ModelSpec
from homesec.vision.weights import model_folder, weights_file

NAMES = "hog, null, null:person, ultralytics:<weights file>, transformers:<folder or name>, sim (in `homesec demo`)"


def detector_spec(settings: DetectorSettings, models_dir: Path) -> ModelSpec:
    """The detector that `settings.name` means, not yet loaded. Raises ModelUnavailable for a name that means none.

    Files are looked for by `load`, so that weights may arrive while the system runs.
    """

    def spec(load: Callable[[str], Detector], stand_in: str | None = None, gpu_gb: float = 0.0) -> ModelSpec:
        return ModelSpec(settings.name, load, gpu_gb, settings.batch, stand_in)

    match settings.name.split(":", 1):
        case ["hog"]:
            return spec(lambda _: hog.HogPersons(settings.min_confidence), hog.STAND_IN)
        case ["null"]:
            return spec(lambda _: fakes.NullDetector(person=False), fakes.STAND_IN)
        case ["null", "person"]:
            return spec(lambda _: fakes.NullDetector(person=True), fakes.STAND_IN)
        case ["fake", "hash"]:
            return spec(lambda _: fakes.HashDetector(), fakes.STAND_IN)
        case ["fake", "crash"]:
            return spec(lambda _: fakes.CrashingDetector(), fakes.STAND_IN)
        case ["fake", sleep] if sleep.startswith("sleep:") and sleep[6:].isdigit():
            return spec(lambda _: fakes.SleepingDetector(int(sleep[6:]) / 1000), fakes.STAND_IN)
        case ["sim"]:
            return spec(lambda device: _household(settings, models_dir, device), household.STAND_IN, settings.gpu_gb)
        case ["ultralytics", name] if name:
            return spec(lambda device: _ultralytics(settings, name, models_dir, device), gpu_gb=settings.gpu_gb)
        case ["transformers", name] if name:
            return spec(lambda device: _transformers(settings, name, models_dir, device), gpu_gb=settings.gpu_gb)
        case _:
            raise ModelUnavailable(f"there is no detector {settings.name!r}; detector.name is one of: {NAMES}")


def _ultralytics(settings: DetectorSettings, name: str, models_dir: Path, device: str) -> Detector:
    weights = weights_file(name, models_dir, settings.trust_weights)
    _use_cores(settings, device)
    return ultralytics_detector.load(weights, models_dir, device, settings.image_size, settings.min_confidence)


def _household(settings: DetectorSettings, models_dir: Path, device: str) -> Detector:
    _use_cores(settings, device)
    return household.load(models_dir, device, settings.min_confidence)


def _transformers(settings: DetectorSettings, name: str, models_dir: Path, device: str) -> Detector:
    _use_cores(settings, device)
    return transformers_detector.load(model_folder(name, models_dir), models_dir, device, settings.min_confidence)


def _use_cores(settings: DetectorSettings, device: str) -> None:
    if device == "cpu":
        use_threads(settings.replicas, len(os.sched_getaffinity(0)))
