"""Weapons: through detection weights of ultralytics that know some, or OWLv2, which is asked for them in words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from homesec.domain.insights import Insight, Threat
from homesec.errors import ModelUnavailable
from homesec.vision import pretrained, ultralytics_detector
from homesec.vision.devices import device_errors
from homesec.vision.spec import Detector
from homesec.vision.zoo.crop import Crop

SIZE_PX = 640  # of the square a crop is scaled to: what is held is small
MIN_CONFIDENCE = 0.3
WORDS = {  # what weights call it, or a part of that, and what it is to us
    "grenade": "grenade",
    "explosive": "explosive",
    "bomb": "explosive",
    "knife": "knife",
    "dagger": "knife",
    "machete": "knife",
    "gun": "gun",
    "pistol": "gun",
    "rifle": "gun",
    "revolver": "gun",
    "firearm": "gun",
    "weapon": "weapon",
    "crowbar": "weapon",
    "axe": "weapon",
    "hammer": "weapon",
    "baseball bat": "weapon",
}
ASKED = ("a handgun", "a rifle", "a knife", "a machete", "a crowbar", "an axe", "a baseball bat", "a hand grenade")
ELSE = ("a person", "a mobile phone", "an umbrella", "a bag", "a garden tool", "a bottle")  # takes what is no weapon


class KnownWeapons:
    """A detector of which some classes are weapons."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def say(self, crops: Sequence[Crop]) -> list[Insight]:
        answers = self._detector.predict([crop.image for crop in crops])
        return [
            Insight(
                crop.sight.detection_id,
                threats=threats(crop, zip(found.classes, found.confidence, found.xyxy, strict=True)),
            )
            for crop, found in zip(crops, answers, strict=True)
        ]


class AskedWeapons:
    """OWLv2 (Minderer and others 2023): finds what a sentence describes."""

    def __init__(self, network: Any, processor: Any, device: str) -> None:
        self._network, self._processor, self._device = network, processor, device

    def say(self, crops: Sequence[Crop]) -> list[Insight]:
        import torch

        queries = [*ASKED, *ELSE]
        with device_errors(), torch.inference_mode():
            inputs = self._processor(
                text=[queries] * len(crops), images=[crop.image for crop in crops],
                input_data_format="channels_last", return_tensors="pt",
            )  # fmt: skip
            outputs = self._network(**inputs.to(self._device))
            answers = self._processor.image_processor.post_process_object_detection(
                outputs, threshold=MIN_CONFIDENCE, target_sizes=[crop.image.shape[:2] for crop in crops]
            )
        return [
            Insight(crop.sight.detection_id, threats=threats(crop, _fractions(crop, answer, queries)))
            for crop, answer in zip(crops, answers, strict=True)
        ]


def threats(crop: Crop, found: Any) -> tuple[Threat, ...]:
    """Of names, confidences and boxes in 0..1 of the crop those that are weapons, the surest of each name."""
    surest: dict[str, Threat] = {}
    for label, confidence, box in found:
        name, place = threat_name(str(label)), crop.in_frame([float(edge) for edge in box])
        known = surest.get(name or "")
        if name and place and (known is None or confidence > known.confidence):
            surest[name] = Threat(name, round(min(float(confidence), 1.0), 4), place)
    return tuple(surest.values())


def threat_name(label: str) -> str | None:
    """gun, knife, grenade, explosive or weapon; None for what is none."""
    words = label.lower().replace("_", " ")
    return next((name for part, name in WORDS.items() if part in words), None)


def load_known(weights: Path, models_dir: Path, device: str) -> KnownWeapons:
    """Raises ModelUnavailable, also when no class of the weights is a weapon."""
    detector = ultralytics_detector.load(weights, models_dir, device, SIZE_PX, MIN_CONFIDENCE)
    if not any(threat_name(label) for label in detector.labels):
        raise ModelUnavailable(f"none of the {len(detector.labels)} classes of {weights} is a weapon")
    return KnownWeapons(detector)


def load_asked(folder: str, models_dir: Path, device: str) -> AskedWeapons:
    """Raises ModelUnavailable."""
    classes = ("Owlv2ForObjectDetection", "Owlv2Processor")
    network, processor = pretrained.load(folder, models_dir, device, classes, "OWLv2")
    return AskedWeapons(network, processor, device)


def _fractions(crop: Crop, answer: Any, queries: Sequence[str]) -> list[tuple[str, float, list[float]]]:
    height, width = crop.image.shape[:2]
    boxes = (answer["boxes"].float().cpu().numpy() / [width, height, width, height]).clip(0, 1).tolist()
    names = [queries[int(number)] for number in answer["labels"].tolist()]
    return list(zip(names, answer["scores"].tolist(), boxes, strict=True))
