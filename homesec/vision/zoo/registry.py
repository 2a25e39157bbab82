"""The names in `[enrichment]` to the capabilities they mean, in one place."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from homesec.errors import ModelUnavailable, SettingsError
from homesec.settings import Settings
from homesec.vision.weights import model_folder, onnx_file, weights_file
from homesec.vision.zoo import (
    actions,
    demographics,
    embeddings,
    faces,
    onnx_reid,
    plates,
    threats,
    vehicles,
    vitpose,
    yolo_pose,
)
from homesec.vision.zoo.sizes import file_gb
from homesec.vision.zoo.spec import Capability, CapabilitySpec

PERSONS, VEHICLES = frozenset({"person"}), frozenset({"vehicle"})
LOOKS_AT = {  # each capability; the earlier, the higher its priority
    "threat": PERSONS,
    "face": PERSONS,
    "reid": PERSONS | VEHICLES,
    "plate": VEHICLES,
    "pose": PERSONS,
    "action": PERSONS,
    "vehicle": VEHICLES,
    "demographics": PERSONS,
    "meaning": PERSONS | VEHICLES,
}
FORMS = {  # what may stand in the settings
    "threat": "ultralytics:<weights>, owlv2:<folder>",
    "face": "opencv:<YuNet file>+<SFace file>",
    "reid": "onnx:<file>, transformers:<folder>",
    "plate": "fast-alpr:<folder>",
    "pose": "ultralytics:<weights>, vitpose:<folder>",
    "action": "xclip:<folder>",
    "vehicle": "colours",
    "demographics": "transformers:<folder>",
    "meaning": "transformers:<folder>",
}
Load = Callable[[str], Capability]


def capabilities(settings: Settings) -> list[CapabilitySpec]:
    """Those that the settings name, not yet loaded, by falling priority.

    Files are looked for by `load`, so that weights may arrive while the system runs. Raises SettingsError for a name
    that means nothing.
    """
    names = {capability: named(settings, capability) for capability in LOOKS_AT}
    return [_spec(settings, capability, name) for capability, name in names.items() if name]


def named(settings: Settings, capability: str) -> str | None:
    """The weights that the settings name for a capability."""
    name: str | None = getattr(settings.enrichment, capability if capability != "demographics" else "age")
    return name if capability != "demographics" or settings.enrichment.demographics else None


def _spec(settings: Settings, capability: str, name: str) -> CapabilitySpec:
    load = _load(settings, capability, name)
    if load is None:
        raise SettingsError(f"enrichment.{capability}: {name!r} means no model; it is one of: {FORMS[capability]}")
    gb = settings.enrichment.gb.get(capability)
    order = list(LOOKS_AT)
    return CapabilitySpec(
        capability,
        name,
        load,
        file_gb(name, settings.models_dir) if gb is None else gb,
        LOOKS_AT[capability],
        priority=len(order) - order.index(capability),
        batch=settings.enrichment.batch,
        idle_s=settings.enrichment.idle_s,
        moments=capability == "action",
    )


def _load(settings: Settings, capability: str, name: str) -> Load | None:
    models_dir = settings.models_dir
    family, _, rest = name.partition(":")
    loaders: dict[tuple[str, str], Load] = {
        ("pose", "ultralytics"): lambda device: yolo_pose.load(_file(settings, rest), models_dir, device),
        ("pose", "vitpose"): lambda device: vitpose.load(_folder(settings, rest), models_dir, device),
        ("threat", "ultralytics"): lambda device: threats.load_known(_file(settings, rest), models_dir, device),
        ("threat", "owlv2"): lambda device: threats.load_asked(_folder(settings, rest), models_dir, device),
        ("demographics", "transformers"): lambda device: demographics.load(_folder(settings, rest), models_dir, device),
        ("action", "xclip"): lambda device: actions.load(_folder(settings, rest), models_dir, device),
        ("reid", "transformers"): lambda device: embeddings.load(
            _folder(settings, rest), models_dir, device, name, "appearance"
        ),
        ("meaning", "transformers"): lambda device: embeddings.load(
            _folder(settings, rest), models_dir, device, name, "meaning"
        ),
        ("reid", "onnx"): lambda _: _reid(settings, name, rest),
        ("face", "opencv"): lambda _: _faces(settings, name, rest),
        ("plate", "fast-alpr"): lambda device: plates.load(_folder(settings, rest), models_dir, device),
    }
    if (capability, name) == ("vehicle", "colours"):
        return lambda _: vehicles.Looks()
    load = loaders.get((capability, family))
    return partial(_with_threads, settings, load) if load is not None and rest else None


def _with_threads(settings: Settings, load: Load, device: str) -> Capability:
    if device == "cpu":
        import cv2

        from homesec.vision.shares import use_threads

        cores = len(os.sched_getaffinity(0))
        cv2.setNumThreads(use_threads(settings.enrichment.replicas + settings.detector.replicas, cores))
    return load(device)


def _file(settings: Settings, name: str) -> Path:
    return weights_file(name, settings.models_dir, settings.detector.trust_weights)


def _folder(settings: Settings, name: str) -> str:
    return model_folder(name, settings.models_dir)


def _reid(settings: Settings, name: str, rest: str) -> Capability:
    file, _, size = rest.partition("@")
    width, _, height = size.partition("x")
    if size and not (width.isdigit() and height.isdigit()):
        raise ModelUnavailable(f"{name}: the size of its pictures is given as @<width>x<height>, like @128x256")
    size_px = (int(width), int(height)) if size else onnx_reid.SIZE_PX
    return onnx_reid.load(onnx_file(file, settings.models_dir), name, size_px)


def _faces(settings: Settings, name: str, rest: str) -> Capability:
    finder, _, comparer = rest.partition("+")
    files = [onnx_file(file, settings.models_dir) for file in (finder, comparer) if file]
    return faces.load(files[0], files[1] if len(files) > 1 else None, name)
