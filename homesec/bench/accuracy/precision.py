"""Average precision by the field's own evaluator, pycocotools.

T.-Y. Lin et al., "Microsoft COCO: Common Objects in Context", 2014. Things that need not be found are its crowds: what
is said of them is neither right nor wrong.
"""

import math
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from homesec.bench.accuracy.expected import HEIGHT, WIDTH, Expected
from homesec.bench.accuracy.stored import Said
from homesec.sim.values import KINDS
from homesec.sim.view.silhouette import Box

MOST = 12_000  # pictures; more change the third digit and take minutes
_NUMBER: dict[str, int] = {kind: number for number, kind in enumerate(KINDS, start=1)}


@dataclass
class Sample:
    """Pictures of which the average precision is taken: all, or evenly so many of them."""

    pictures: list[tuple[Expected, tuple[Said, ...]]] = field(default_factory=list)

    @classmethod
    def every(cls, count: int) -> int:
        """Of so many pictures, which nth one is taken."""
        return max(1, math.ceil(count / MOST))

    def add(self, expected: Expected, said: Sequence[Said]) -> None:
        self.pictures.append((expected, tuple(said)))

    def of(self, condition: str) -> "Sample":
        return Sample([one for one in self.pictures if condition in one[0].conditions])


def average_precision(sample: Sample) -> dict[str, float]:
    """AP at an overlap of 0.5 for each kind that these pictures show; empty when they show nothing."""
    truth, said = _rows(sample)
    asked = {row["category_id"] for row in truth if not row["iscrowd"]}
    if not asked:
        return {}
    with redirect_stdout(StringIO()):  # it speaks about everything that it does
        coco = COCO()
        coco.dataset = {
            "images": [{"id": number, "width": WIDTH, "height": HEIGHT} for number in range(len(sample.pictures))],
            "categories": [{"id": number, "name": kind} for kind, number in _NUMBER.items()],
            "annotations": truth,
            "info": {},
        }
        coco.createIndex()
        found = coco.loadRes(np.array(said, np.float64).reshape(-1, 7)) if said else COCO()
        judge = COCOeval(coco, found, "bbox")
        judge.params.iouThrs = np.array([0.5])
        judge.params.areaRng, judge.params.areaRngLbl = [[0.0, 1e10]], ["all"]
        judge.params.maxDets = [100]
        judge.evaluate()
        judge.accumulate()
    precision = judge.eval["precision"][0, :, :, 0, 0]  # recall levels, kinds
    return {kind: float(precision[:, place].mean()) for place, kind in enumerate(KINDS) if _NUMBER[kind] in asked}


def mean(precisions: dict[str, float]) -> float:
    """mAP: the mean over the kinds; no number when there are none."""
    return sum(precisions.values()) / len(precisions) if precisions else math.nan


def _rows(sample: Sample) -> tuple[list[dict[str, Any]], list[tuple[float, ...]]]:
    truth: list[dict[str, Any]] = []
    said: list[tuple[float, ...]] = []
    for number, (expected, detections) in enumerate(sample.pictures):
        for thing in expected.things:
            x, y, wide, tall = _pixels(thing.box)
            truth.append(
                {"id": len(truth) + 1, "image_id": number, "category_id": _NUMBER[thing.kind], "area": wide * tall,
                 "bbox": [x, y, wide, tall], "iscrowd": int(not thing.asked)}
            )  # fmt: skip
        said += [
            (number, *_pixels(one.box), one.confidence, _NUMBER[one.kind]) for one in detections if one.kind in _NUMBER
        ]
    return truth, said


def _pixels(box: Box) -> tuple[float, float, float, float]:
    """x, y, width, height, as COCO has them."""
    return box[0] * WIDTH, box[1] * HEIGHT, (box[2] - box[0]) * WIDTH, (box[3] - box[1]) * HEIGHT
