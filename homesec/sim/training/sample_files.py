"""Samples in a folder: JPEGs as cameras upload them, with the labels of each seed in a JSON file of its own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from homesec.sim.draw.picture import encode
from homesec.sim.training.samples import Sample, crowds, frames, rarities, smalls

Source = Literal["crowds", "smalls", "frames", "rarities"]
EMPTY_SHARE = 0.4  # of the pictures of stories that show nothing; all of them would be half of the samples
QUALITIES = (75, 92)  # of JPEG, from and below


def draw(folder: Path, source: Source, seed: int) -> int:
    """Draw the samples of a seed into a folder, unless they are there; says how many there are."""
    labels = folder / f"{source}-{seed}.json"
    if labels.exists():
        return len(json.loads(labels.read_text()))
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, 0xC20])
    rows = []
    for number, sample in enumerate(_drawn(source, seed)):
        quality = int(rng.integers(*QUALITIES))
        if source == "frames" and not sample.clear.any() and rng.random() > EMPTY_SHARE:
            continue
        name = f"{source}-{seed}-{number:04d}.jpg"
        (folder / name).write_bytes(encode(sample.image, quality))
        rows.append(
            {
                "name": name,
                "classes": sample.classes.tolist(),
                "boxes": sample.boxes.round(2).tolist(),
                "clear": sample.clear.tolist(),
                "condition": sample.condition,
            }
        )
    labels.write_text(json.dumps(rows))  # last, so that a seed with labels is complete
    return len(rows)


def _drawn(source: Source, seed: int) -> Iterator[Sample]:
    match source:
        case "crowds":
            return crowds(seed, 3, 7)
        case "smalls":
            return smalls(seed, 3, 7)
        case "frames":
            return frames(seed, 4, 6)
        case "rarities":
            return rarities(seed, 3)


def stored(folder: Path) -> Iterator[Sample]:
    """All samples of a folder, in the order of their names."""
    for labels in sorted(folder.glob("*.json")):
        for row in json.loads(labels.read_text()):
            image = cv2.imread(str(folder / row["name"]))
            if image is None:
                raise OSError(f"{folder / row['name']} cannot be read")
            yield Sample(
                np.ascontiguousarray(image[..., ::-1]).astype(np.uint8, copy=False),
                np.array(row["classes"], np.int64),
                np.array(row["boxes"], np.float64).reshape(-1, 4),
                np.array(row["clear"], np.bool_),
                row["condition"],
            )
