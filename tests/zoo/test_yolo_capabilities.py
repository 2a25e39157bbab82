"""YOLO for poses and weapons: the library's own answers, at the right person and under the right names."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from homesec.domain.boxes import overlap
from homesec.errors import ModelUnavailable
from homesec.vision import ultralytics_detector
from homesec.vision.zoo import threats, yolo_pose
from tests.zoo.pictures import crop


def test_the_pose_is_that_of_the_person_in_the_box(yolos: Path) -> None:
    from ultralytics.models import YOLO

    one = crop(1)
    (insight,) = yolo_pose.load(yolos / "pose.pt", yolos, "cpu").say([one])
    model: Any = YOLO(yolos / "pose.pt")
    (answer,) = model.predict(
        [np.ascontiguousarray(one.image[..., ::-1])], imgsz=yolo_pose.SIZE_PX, conf=yolo_pose.MIN_CONFIDENCE,
        device="cpu", verbose=False,
    )  # fmt: skip
    overlaps = [overlap(one.box, tuple(box)) for box in answer.boxes.xyxyn.tolist()]
    assert len(overlaps) > 1  # so that there is a choice
    best = answer.keypoints.data[int(np.argmax(overlaps))].numpy()
    height, width = one.image.shape[:2]
    assert max(overlaps) >= yolo_pose.LEAST_OVERLAP
    assert insight.pose is not None
    points = np.array(insight.pose.keypoints)
    expected = [one.point_in_frame(x / width, y / height) for x, y in best[:, :2].tolist()]
    np.testing.assert_allclose(points[:, :2], expected, atol=1e-4)
    np.testing.assert_allclose(points[:, 2], best[:, 2], atol=1e-4)


def test_weapons_are_the_classes_that_are_some(yolos: Path) -> None:
    one = crop(1)
    (insight,) = threats.load_known(yolos / "weapons.pt", yolos, "cpu").say([one])
    detector = ultralytics_detector.load(
        yolos / "weapons.pt", yolos, "cpu", threats.SIZE_PX, threats.MIN_CONFIDENCE
    )
    (found,) = detector.predict([one.image])
    expected = {
        name: max(float(score) for label, score in zip(found.classes, found.confidence, strict=True) if label == word)
        for word, name in (("hand gun", "gun"), ("knife", "knife"))
        if word in found.classes
    }
    assert expected  # random weights see some
    assert {threat.name: threat.confidence for threat in insight.threats} == pytest.approx(expected, abs=1e-3)
    for threat in insight.threats:
        x1, y1, x2, y2 = threat.box
        assert one.area[0] <= x1 < x2 <= one.area[2]
        assert one.area[1] <= y1 < y2 <= one.area[3]


@pytest.mark.parametrize(
    ("label", "name"),
    [("Pistol", "gun"), ("hand_grenade", "grenade"), ("a machete", "knife"), ("crowbar", "weapon"), ("phone", None)],
)
def test_what_weights_call_a_weapon_is_one_of_ours(label: str, name: str | None) -> None:
    assert threats.threat_name(label) == name


def test_weights_for_another_task_and_weights_without_weapons_are_refused(yolos: Path) -> None:
    with pytest.raises(ModelUnavailable, match="are weights for detect; for pose are needed"):
        yolo_pose.load(yolos / "coco.pt", yolos, "cpu")
    with pytest.raises(ModelUnavailable, match=r"none of the 80 classes of .* is a weapon"):
        threats.load_known(yolos / "plain.pt", yolos, "cpu")
