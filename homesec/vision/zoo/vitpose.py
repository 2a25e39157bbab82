"""Poses through ViTPose of transformers (Xu and others 2022)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from homesec.domain.insights import Insight, Pose
from homesec.domain.postures import posture
from homesec.errors import ModelUnavailable
from homesec.vision import pretrained
from homesec.vision.devices import device_errors
from homesec.vision.zoo.crop import Crop

POINTS = 17  # of COCO


class VitPose:
    """A loaded network with its processor, which cuts each person out of the crop by its box."""

    def __init__(self, network: Any, processor: Any, device: str) -> None:
        self._network, self._processor, self._device = network, processor, device
        self._experts = int(getattr(network.config.backbone_config, "num_experts", 1))

    def say(self, crops: Sequence[Crop]) -> list[Insight]:
        import torch

        boxes = [[_left_top_size(crop)] for crop in crops]
        with device_errors(), torch.inference_mode():
            pictures = [crop.image for crop in crops]
            inputs = self._processor(pictures, boxes=boxes, input_data_format="channels_last", return_tensors="pt")
            inputs = inputs.to(self._device)
            if self._experts > 1:  # the first expert knows COCO's points
                inputs["dataset_index"] = torch.zeros(len(crops), dtype=torch.long, device=self._device)
            answers = self._processor.post_process_pose_estimation(self._network(**inputs), boxes=boxes)
        return [
            Insight(crop.sight.detection_id, pose=pose(crop, answer[0]["keypoints"], answer[0]["scores"]))
            for crop, answer in zip(crops, answers, strict=True)
        ]


def pose(crop: Crop, places: Any, scores: Any) -> Pose:
    """From points in pixels of the crop, shape (17, 2), and their confidences, shape (17,)."""
    height, width = crop.image.shape[:2]
    points = tuple(
        (*crop.point_in_frame(float(x) / width, float(y) / height), min(max(float(score), 0.0), 1.0))
        for (x, y), score in zip(places, scores, strict=True)
    )
    return Pose(points, *posture(points, crop.aspect))


def load(folder: str, models_dir: Path, device: str) -> VitPose:
    """Raises ModelUnavailable."""
    classes = ("VitPoseForPoseEstimation", "VitPoseImageProcessor")
    network, processor = pretrained.load(folder, models_dir, device, classes, "a network for poses")
    if network.config.num_labels != POINTS:
        found = network.config.num_labels
        raise ModelUnavailable(f"{folder} tells {found} points of a body; the {POINTS} of COCO are needed")
    return VitPose(network, processor, device)


def _left_top_size(crop: Crop) -> list[float]:
    height, width = crop.image.shape[:2]
    x1, y1, x2, y2 = crop.box
    return [x1 * width, y1 * height, (x2 - x1) * width, (y2 - y1) * height]
