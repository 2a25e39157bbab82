"""Age and gender through picture classifiers of transformers. Estimates, and off unless the owner asks for them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from homesec.domain.insights import Demographics, Insight
from homesec.errors import ModelUnavailable
from homesec.vision import pretrained
from homesec.vision.devices import device_errors
from homesec.vision.zoo.crop import Crop, Image

HEAD = 0.3  # of a person's box, from its top: such classifiers were made for faces
LEAST_PX = 24  # shorter heads tell nothing
OLDEST = 90  # stands for "more than 70"
_GENDERS = {"female": "female", "woman": "female", "male": "male", "man": "male"}  # female first: it holds "male"


class AgeAndGender:
    """A classifier whose labels are ages ("20-29", "more than 70"), perhaps with a gender ("female 20-29")."""

    def __init__(self, network: Any, processor: Any, device: str) -> None:
        self._network, self._processor, self._device = network, processor, device
        labels = {int(number): str(label) for number, label in network.config.id2label.items()}
        self.ages = {number: age for number, label in labels.items() if (age := age_of(label)) is not None}
        self.genders = {number: gender for number, label in labels.items() if (gender := gender_of(label))}

    def say(self, crops: Sequence[Crop]) -> list[Insight]:
        heads = {number: head for number, crop in enumerate(crops) if (head := _head(crop)) is not None}
        said = dict(zip(heads, self._ask(list(heads.values())), strict=True)) if heads else {}
        return [
            Insight(crop.sight.detection_id, demographics=said.get(number)) for number, crop in enumerate(crops)
        ]

    def _ask(self, heads: list[Image]) -> list[Demographics]:
        import torch

        with device_errors(), torch.inference_mode():
            inputs = self._processor(images=heads, input_data_format="channels_last", return_tensors="pt")
            shares = self._network(**inputs.to(self._device)).logits.softmax(-1).float().cpu().numpy()
        return [self._demographics(one) for one in shares]

    def _demographics(self, shares: Any) -> Demographics:
        age, age_share = _likeliest(shares, self.ages)
        gender, gender_share = _likeliest(shares, self.genders) if self.genders else ("unknown", 0.0)
        return Demographics(int(age), round(age_share, 4), str(gender), round(gender_share, 4))


def age_of(label: str) -> int | None:
    """The middle of the ages that a label names; None when it names none."""
    numbers = [int(number) for number in re.findall(r"\d+", label)]
    if not numbers:
        return None
    if len(numbers) == 1 and re.search(r"more|over|older|\+", label.lower()):
        return OLDEST
    return round(float(np.mean(numbers[:2])))


def gender_of(label: str) -> str | None:
    words = re.findall(r"[a-z]+", label.lower())
    return next((gender for word, gender in _GENDERS.items() if word in words), None)


def load(folder: str, models_dir: Path, device: str) -> AgeAndGender:
    """Raises ModelUnavailable, also when the labels are no ages."""
    classes = ("AutoModelForImageClassification", "AutoImageProcessor")
    network, processor = pretrained.load(folder, models_dir, device, classes, "a classifier of ages")
    model = AgeAndGender(network, processor, device)
    if not model.ages:
        raise ModelUnavailable(f"no label of {folder} names an age, like 20-29")
    return model


def _likeliest(shares: Any, meanings: Mapping[int, Any]) -> tuple[Any, float]:
    """The meaning with the largest share, when the shares of labels that mean the same are added."""
    sums: dict[Any, float] = {}
    for number, meaning in meanings.items():
        sums[meaning] = sums.get(meaning, 0.0) + float(shares[number])
    best = max(sums, key=lambda meaning: sums[meaning])
    return best, min(sums[best], 1.0)


def _head(crop: Crop) -> Image | None:
    head = crop.tight[: max(1, round(crop.tight.shape[0] * HEAD))]
    return head if head.shape[0] >= LEAST_PX else None
