import time

import numpy as np
from numpy.typing import NDArray

from homesec.vision.appearance import SIZE, appearance

RED, BLUE, GREY, SKIN = (200, 30, 30), (30, 30, 200), (90, 90, 90), (220, 180, 150)


def person(shirt: tuple[int, int, int], legs: tuple[int, int, int], seed: int, size: int = 1) -> NDArray[np.uint8]:
    """A frame of noise with a figure in the box (0.25, 0.25, 0.75, 0.75)."""
    height, width = 240 * size, 160 * size
    frame = np.random.default_rng(seed).integers(60, 120, (height, width, 3), np.uint8)
    top, left = height // 4, width // 4
    for band, colour in enumerate((SKIN, shirt, legs)):
        from_y, to_y = top + band * height // 6, top + (band + 1) * height // 6
        frame[from_y:to_y, left : 3 * width // 4] = colour
    return frame


BOX = np.array([[0.25, 0.25, 0.75, 0.75]], np.float32)


def likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(appearance(one, BOX)[0].astype(float) @ appearance(other, BOX)[0].astype(float))


def test_the_same_clothes_look_alike_in_another_picture_of_another_size() -> None:
    assert likeness(person(RED, GREY, 1), person(RED, GREY, 2, size=3)) > 0.95


def test_other_clothes_look_different() -> None:
    same = likeness(person(RED, GREY, 1), person(RED, GREY, 2))
    assert likeness(person(RED, GREY, 1), person(BLUE, GREY, 2)) < same - 0.2
    # the same colours in another order are another person
    assert likeness(person(RED, BLUE, 1), person(BLUE, RED, 2)) < same - 0.3


def test_vectors_have_length_one_and_one_stands_for_each_box() -> None:
    boxes = np.array([[0, 0, 1, 1], [0.999, 0.999, 1, 1], [0.5, 0.5, 0.5001, 0.5001]], np.float32)
    vectors = appearance(person(RED, GREY, 1), boxes)
    assert vectors.shape == (3, SIZE)
    assert vectors.dtype == np.float16
    np.testing.assert_allclose(np.linalg.norm(vectors.astype(float), axis=1), 1, atol=0.01)
    assert appearance(person(RED, GREY, 1), np.zeros((0, 4), np.float32)).shape == (0, SIZE)


def test_read_only_frames_are_fine() -> None:
    frame = person(RED, GREY, 1)
    frame.flags.writeable = False
    assert appearance(frame, BOX).shape == (1, SIZE)


def test_a_few_boxes_take_about_a_millisecond() -> None:
    frame = np.random.default_rng(0).integers(0, 255, (1080, 1920, 3), np.uint8)
    boxes = np.array([[0.1, 0.1, 0.5, 0.9], [0.5, 0.5, 0.6, 0.9], [0.7, 0.1, 0.9, 0.9]], np.float32)
    appearance(frame, boxes)
    times = []
    for _ in range(20):
        started = time.perf_counter()
        appearance(frame, boxes)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.002  # 0.35 ms on an idle machine
