"""How well things are found in labelled pictures: average precision, recall and false finds, as COCO counts them."""

import contextlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from homesec.sim.training.samples import Sample
from homesec.sim.values import KINDS
from homesec.vision.detections import Detections

OVERLAP = 0.5  # IoU from which a box is a hit
SURE = 0.4  # confidence at which recall and false finds are counted: that at which homesec makes objects of them
NEARLY = 0.005  # of the F-measure; from a few hundred things it is not known any better
ENOUGH = 20  # things, to say from which confidence they are found best
MOST = 100  # finds in a picture that are looked at


@dataclass(frozen=True)
class Judgement:
    """What a detector is worth on some pictures; kinds that they do not show are left out."""

    pictures: int
    things: Mapping[str, int]
    """How many of each kind were to be found."""
    average_precision: Mapping[str, float]
    """By kind, at an IoU of 0.5."""
    recall: Mapping[str, float]
    """By kind, of what is found with a confidence of `SURE` at least."""
    false_finds: int
    """With that confidence, and nothing there, or something else."""

    @property
    def mean_average_precision(self) -> float:
        """Over all kinds that the pictures show; nan if they show nothing."""
        return float(np.mean(list(self.average_precision.values()))) if self.average_precision else float("nan")

    def to_json(self) -> dict[str, Any]:
        return {
            "pictures": self.pictures,
            "things": dict(self.things),
            "map50": round(self.mean_average_precision, 4),
            "ap50": {kind: round(value, 4) for kind, value in self.average_precision.items()},
            "recall_at_0.4": {kind: round(value, 4) for kind, value in self.recall.items()},
            "false_finds_per_1000_pictures": round(1000 * self.false_finds / max(self.pictures, 1), 1),
        }


def judged(samples: Sequence[Sample], found: Sequence[Detections]) -> Judgement:
    """Compare what was found with what is there, picture by picture. What is not clear is neither hit nor miss."""
    things = {kind: 0 for kind in KINDS}
    for sample in samples:
        for index in sample.classes[sample.clear]:
            things[KINDS[index]] += 1
    shown = [number for number, kind in enumerate(KINDS) if things[kind]]
    every, sure = _compared(samples, found, 0.0), _compared(samples, found, SURE)
    precision, recall = every.eval["precision"][0, :, :, 0, -1], sure.eval["recall"][0, :, 0, -1]
    return Judgement(
        pictures=len(samples),
        things={KINDS[number]: things[KINDS[number]] for number in shown},
        average_precision={KINDS[number]: float(precision[:, number].mean()) for number in shown},
        recall={KINDS[number]: float(recall[number]) for number in shown},
        false_finds=sum(_false(one) for one in sure.evalImgs if one is not None),
    )


def of_height(samples: Iterable[Sample], least_px: float) -> Iterator[Sample]:
    """The same pictures, in which what is less high is neither hit nor miss."""
    for one in samples:
        yield replace(one, clear=one.clear & (one.boxes[:, 3] - one.boxes[:, 1] >= least_px))


def by_condition(samples: Sequence[Sample], found: Sequence[Detections]) -> dict[str, Judgement]:
    """The judgement of all pictures, and of those under each condition."""
    judgements = {"all": judged(samples, found)}
    for name in sorted({sample.condition for sample in samples}):
        chosen = [number for number, sample in enumerate(samples) if sample.condition == name]
        judgements[name] = judged([samples[number] for number in chosen], [found[number] for number in chosen])
    return judgements


def fairest(samples: Sequence[Sample], found: Sequence[Detections], beta: float) -> dict[str, float]:
    """By kind, the lowest confidence from which finds have nearly the greatest F-measure; the rare are left out.

    `beta` is how many times more a thing that is found is worth than a find that is right (van Rijsbergen's F).
    """
    every = _compared(samples, found, 0.0)
    best: dict[str, float] = {}
    for number, kind in enumerate(KINDS):
        some = [one for one in every.evalImgs if one is not None and one["category_id"] == number]
        things = sum(int(np.count_nonzero(np.asarray(one["gtIgnore"]) == 0)) for one in some)
        if things < ENOUGH:
            continue
        counted = np.concatenate([~one["dtIgnore"][0].astype(bool) for one in some])
        scores = np.concatenate([np.asarray(one["dtScores"], float) for one in some])[counted]
        hits = np.concatenate([one["dtMatches"][0] > 0 for one in some])[counted]
        order = np.argsort(-scores, kind="stable")
        right, finds = np.cumsum(hits[order]), np.arange(1, len(order) + 1)
        measure = (1 + beta**2) * right / (beta**2 * things + finds)
        if len(order):
            best[kind] = float(scores[order][np.flatnonzero(measure >= measure.max() - NEARLY)[-1]])
    return best


def _compared(samples: Sequence[Sample], found: Sequence[Detections], least: float) -> Any:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truth, finds = COCO(), COCO()
    pictures = [{"id": number} for number in range(len(samples))]
    kinds = [{"id": number, "name": kind} for number, kind in enumerate(KINDS)]
    truth.dataset = {"images": pictures, "categories": kinds, "annotations": list(_labels(samples))}
    finds.dataset = {"images": pictures, "categories": kinds, "annotations": list(_finds(samples, found, least))}
    with contextlib.redirect_stdout(io.StringIO()):  # it tells of its progress
        truth.createIndex()
        finds.createIndex()
        compared = COCOeval(truth, finds, "bbox")
        compared.params.iouThrs = np.array([OVERLAP])
        compared.params.maxDets = [MOST]
        compared.params.areaRng, compared.params.areaRngLbl = [[0, 1e10]], ["all"]
        compared.evaluate()
        compared.accumulate()
    return compared


def _labels(samples: Sequence[Sample]) -> Iterable[dict[str, Any]]:
    number = 0
    for picture, sample in enumerate(samples):
        for kind, (x0, y0, x1, y1), clear in zip(sample.classes, sample.boxes, sample.clear, strict=True):
            number += 1  # from one: the library takes 0 for "none"
            box = [float(x0), float(y0), float(x1 - x0), float(y1 - y0)]
            yield {
                "id": number, "image_id": picture, "category_id": int(kind), "bbox": box, "area": box[2] * box[3],
                "iscrowd": int(not clear),
            }  # fmt: skip


def _finds(samples: Sequence[Sample], found: Sequence[Detections], least: float) -> Iterable[dict[str, Any]]:
    number = 0
    for picture, (sample, some) in enumerate(zip(samples, found, strict=True)):
        height, width = sample.image.shape[:2]
        boxes = some.xyxy * np.array([width, height, width, height], np.float32)
        for name, (x0, y0, x1, y1), score in zip(some.classes, boxes, some.confidence, strict=True):
            if score < least or name not in KINDS:
                continue
            number += 1
            box = [float(x0), float(y0), float(x1 - x0), float(y1 - y0)]
            yield {
                "id": number, "image_id": picture, "category_id": KINDS.index(name), "bbox": box,
                "area": box[2] * box[3], "score": float(score),
            }  # fmt: skip


def _false(one: Mapping[str, Any]) -> int:
    return int(np.count_nonzero((one["dtMatches"][0] == 0) & ~one["dtIgnore"][0].astype(bool)))
