"""What somebody does, through X-CLIP of transformers (Ni and others 2022): pictures of one track against sentences."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from homesec.domain.insights import Action, Insight
from homesec.errors import ModelUnavailable
from homesec.vision import pretrained
from homesec.vision.devices import device_errors
from homesec.vision.zoo.crop import Crop, Image

LEAST_MOMENTS = 3  # fewer pictures show no deed
SENTENCES = {
    "standing": "a person standing still",
    "walking": "a person walking",
    "running": "a person running",
    "ringing": "a person ringing a door bell",
    "placing a parcel": "a person putting down a parcel",
    "picking up a parcel": "a person picking up a parcel",
    "trying a door handle": "a person trying to open a closed door",
    "looking into a car": "a person looking into the window of a car",
    "breaking in": "a person forcing a window or a door open",
    "climbing": "a person climbing over a fence or a wall",
    "spraying": "a person spraying paint on a wall",
    "threatening": "a person threatening somebody with a weapon",
    "covering a camera": "a person reaching for the camera",
    "gardening": "a person working in the garden",
    "playing": "a child playing",
    "talking": "persons talking to each other",
    "cycling": "a person riding a bicycle",
    "unloading": "a person unloading a car",
}


class XClip:
    """A loaded network with its processor."""

    def __init__(self, network: Any, processor: Any, device: str) -> None:
        self._network, self._processor, self._device = network, processor, device
        self._frames = int(network.config.vision_config.num_frames)

    def say(self, crops: Sequence[Crop]) -> list[Insight]:
        ripe = [number for number, crop in enumerate(crops) if len(crop.moments) >= LEAST_MOMENTS]
        actions = dict(zip(ripe, self._ask([crops[n].moments for n in ripe]), strict=True)) if ripe else {}
        return [Insight(crop.sight.detection_id, action=actions.get(n)) for n, crop in enumerate(crops)]

    def _ask(self, tracks: list[tuple[Image, ...]]) -> list[Action]:
        import torch

        pictures = [picture for moments in tracks for picture in sampled(moments, self._frames)]
        with device_errors(), torch.inference_mode():
            inputs = self._processor(
                images=pictures, text=list(SENTENCES.values()), padding=True, input_data_format="channels_last",
                return_tensors="pt",
            ).to(self._device)  # fmt: skip
            inputs["pixel_values"] = inputs["pixel_values"].unflatten(0, (len(tracks), self._frames))
            shares = self._network(**inputs).logits_per_video.softmax(-1).float().cpu().numpy()
        return [_action(one) for one in shares]


def sampled(moments: Sequence[Image], count: int) -> list[Image]:
    """So many pictures, evenly spread over those there are; fewer are repeated."""
    places = np.linspace(0, len(moments) - 1, count).round().astype(int)
    return [moments[place] for place in places]


def load(folder: str, models_dir: Path, device: str) -> XClip:
    """Raises ModelUnavailable."""
    network, processor = pretrained.load(folder, models_dir, device, ("AutoModel", "XCLIPProcessor"), "X-CLIP")
    if network.config.model_type != "xclip":
        raise ModelUnavailable(f"{folder} is {network.config.model_type}; X-CLIP is needed")
    return XClip(network, processor, device)


def _action(shares: Any) -> Action:
    scores = {name: round(float(share), 4) for name, share in zip(SENTENCES, shares, strict=True)}
    best = max(scores, key=lambda name: scores[name])
    return Action(best, scores[best], scores)
