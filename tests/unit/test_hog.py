import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from homesec.vision.hog import HogPersons, best_of_overlapping, confidences

# Persons of ultralytics' bus.jpg (810 x 1080), measured by eye: left, right
LEFT, RIGHT = (48, 398, 245, 902), (669, 390, 809, 878)


@pytest.fixture(scope="module")
def bus() -> NDArray[np.uint8]:
    spec = importlib.util.find_spec("ultralytics")
    assert spec is not None
    assert spec.origin is not None
    picture = cv2.imread(str(Path(spec.origin).parent / "assets" / "bus.jpg"), cv2.IMREAD_COLOR_RGB)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def overlap(one: NDArray[np.float32], pixels: tuple[int, int, int, int]) -> float:
    a = one * np.array([810, 1080, 810, 1080])
    b = np.array(pixels)
    shared = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None).prod()
    return float(shared / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - shared))


@pytest.mark.parametrize("reduced", [False, True], ids=["as it is", "decoded at half size"])
def test_two_persons_of_the_bus_picture_are_found(bus: NDArray[np.uint8], reduced: bool) -> None:
    frame = np.asarray(cv2.resize(bus, (405, 540), interpolation=cv2.INTER_AREA), np.uint8) if reduced else bus
    (found,) = HogPersons(0.25).predict([frame])
    sure = [box for box, confidence in zip(found.xyxy, found.confidence, strict=True) if confidence >= 0.4]
    assert max(overlap(box, LEFT) for box in sure) > 0.5
    assert max(overlap(box, RIGHT) for box in sure) > 0.4
    assert len(sure) <= 4
    assert set(found.classes) == {"person"}
    assert found.confidence.max() > 0.8
    assert found.appearance is not None


def test_a_batch_of_different_sizes_equals_single_pictures(bus: NDArray[np.uint8]) -> None:
    frames = [bus, np.ascontiguousarray(bus[100:900, 50:]), np.ascontiguousarray(bus[::2, ::2])]
    detector = HogPersons(0.25)
    for batched, frame in zip(detector.predict(frames), frames, strict=True):
        (single,) = detector.predict([frame])
        np.testing.assert_array_equal(batched.xyxy, single.xyxy)


@pytest.mark.parametrize(
    "shape",
    [(1, 1), (100, 100), (2000, 30), (200, 6000), (720, 1280)],
    ids=["a pixel", "smaller than a window", "a thin column", "a panorama", "an empty scene"],
)
def test_frames_with_nothing_in_them_give_nothing(shape: tuple[int, int]) -> None:
    (found,) = HogPersons(0.25).predict([np.full((*shape, 3), 128, np.uint8)])
    assert len(found) == 0


def test_confidence_rises_with_the_distance_and_stays_in_range() -> None:
    values = confidences(np.linspace(-1, 4, 50))
    assert np.all(np.diff(values) > 0)
    assert np.all((values > 0) & (values < 1))


def test_of_overlapping_boxes_the_best_remains() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10], [1, 1, 10, 11]], float)
    kept = best_of_overlapping(boxes, np.array([0.5, 0.9, 0.3, 0.4]), 0.4)
    assert kept.tolist() == [1, 2]
    assert best_of_overlapping(np.zeros((0, 4)), np.zeros(0), 0.4).tolist() == []
