"""Faces, re-identification and colours through OpenCV, with networks whose answers can be told by hand."""

from pathlib import Path

import numpy as np
import pytest

from homesec.domain.insights import Face
from homesec.errors import ModelUnavailable
from homesec.vision.zoo import faces, onnx_reid, vehicles
from homesec.vision.zoo.crop import Crop, cut
from tests.zoo import onnx
from tests.zoo.pictures import crop, picture, sight

SKIN, BLUE = (214, 160, 130), (30, 60, 170)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("onnx")
    onnx.mean_colour(found / "reid.onnx", 128, 256)
    onnx.white_is_a_face(found / "yunet.onnx", 320)
    onnx.four_corners(found / "sface.onnx")
    return found


def test_a_vector_is_what_the_network_makes_of_the_object_alone(folder: Path) -> None:
    """The network's answer is the mean colour; the pictures are normalised as ImageNet's."""
    frame = np.zeros((400, 400, 3), np.uint8)
    frame[100:300, 100:200] = (200, 100, 50)
    seen = cut(sight(1, (0.25, 0.25, 0.5, 0.75)), frame)
    model = onnx_reid.load(folder / "reid.onnx", "onnx:reid.onnx", onnx_reid.SIZE_PX)
    (insight,) = model.say([seen])
    expected = (np.array([200, 100, 50]) / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    assert insight.appearance is not None
    assert insight.appearance.model == "onnx:reid.onnx"
    np.testing.assert_allclose(insight.appearance.values, expected / np.linalg.norm(expected), atol=1e-3)


def test_a_file_that_is_no_network_is_refused_in_words(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"nothing of the kind")
    with pytest.raises(ModelUnavailable, match=r"cannot be run as a network that takes pictures of 128x256"):
        onnx_reid.load(tmp_path / "broken.onnx", "onnx:broken.onnx", (128, 256))
    with pytest.raises(ModelUnavailable, match="cannot run the files as YuNet"):
        faces.load(tmp_path / "broken.onnx", None, "opencv:broken.onnx")


def person(below: tuple[int, int, int]) -> Crop:
    """A grey person with a white cell where the face is, on a frame that is as large as the crop."""
    frame = np.full((320, 320, 3), 60, np.uint8)
    frame[64:96, 128:160] = 255
    frame[88:96, 128:160] = below
    return Crop(sight(1, (0.1, 0.05, 0.9, 1.0)), frame, (0.0, 0.0, 1.0, 1.0), 1.0)


def face(folder: Path, seen: Crop, comparer: bool = True) -> Face | None:
    other = folder / "sface.onnx" if comparer else None
    (insight,) = faces.load(folder / "yunet.onnx", other, "opencv:yunet.onnx+sface.onnx").say([seen])
    return insight.face


def test_a_face_lies_where_the_network_sees_it_and_has_a_vector(folder: Path) -> None:
    """Middle of the cell, size of the cell: sigmoid(3) for class and object gives the same as score."""
    found = face(folder, person((255, 255, 255)))
    assert found is not None
    np.testing.assert_allclose(found.box, (0.4, 0.2, 0.5, 0.3), atol=2e-3)
    assert not found.covered
    assert found.embedding is not None
    assert found.embedding.values.shape == (12,)
    assert np.linalg.norm(found.embedding.values) == pytest.approx(1.0, abs=1e-5)
    assert 0 < found.quality < 0.5  # 32 pixels are few


def test_without_a_comparer_faces_are_found_and_have_no_vector(folder: Path) -> None:
    found = face(folder, person((255, 255, 255)), comparer=False)
    assert found is not None
    assert found.embedding is None


def test_no_face_is_told_where_there_is_none_and_none_that_lies_low_in_the_crop(folder: Path) -> None:
    empty = Crop(sight(1), np.full((320, 320, 3), 60, np.uint8), (0.0, 0.0, 1.0, 1.0), 1.0)
    assert face(folder, empty) is None
    low = np.full((320, 320, 3), 60, np.uint8)
    low[256:288, 128:160] = 255
    assert face(folder, Crop(sight(1), low, (0.0, 0.0, 1.0, 1.0), 1.0)) is None


@pytest.mark.parametrize(
    ("mouth", "hidden"), [(SKIN, False), ((190, 120, 105), False), (BLUE, True), ((25, 25, 28), True)]
)
def test_a_mouth_of_another_colour_than_the_cheeks_is_covered(mouth: tuple[int, int, int], hidden: bool) -> None:
    aligned = np.full((112, 112, 3), SKIN[::-1], np.uint8)
    aligned[76:, :] = mouth[::-1]
    assert faces.covered(aligned) is hidden


def test_a_blurred_face_is_worth_less_than_a_sharp_one_and_a_small_one_less_than_a_large_one() -> None:
    rng = np.random.default_rng(1)
    sharp = rng.integers(0, 255, (112, 112, 3), np.uint8)
    flat = np.full((112, 112, 3), 128, np.uint8)
    assert faces.quality(0.9, 80, sharp) == 0.9
    assert faces.quality(0.9, 40, sharp) == 0.45
    assert faces.quality(0.9, 80, flat) == 0.0


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((200, 30, 30), "red"), ((30, 60, 180), "blue"), ((240, 240, 240), "white"), ((20, 20, 22), "black"),
        ((120, 120, 125), "grey"), ((40, 130, 60), "green"), ((230, 200, 40), "yellow"), ((110, 70, 35), "brown"),
    ],
)  # fmt: skip
def test_a_vehicle_has_the_colour_of_most_of_its_body(rgb: tuple[int, int, int], name: str) -> None:
    frame = picture(360, 640, 1)
    frame[150:250, 200:400] = rgb
    frame[150:165, 200:400] = 30  # windows
    seen = cut(sight(1, (200 / 640, 150 / 360, 400 / 640, 250 / 360), object_type="car"), frame)
    (insight,) = vehicles.Looks().say([seen])
    assert insight.vehicle is not None
    assert (insight.vehicle.kind, insight.vehicle.color) == ("car", name)
    assert insight.vehicle.confidence > 0.8


def test_of_many_colours_none_is_told() -> None:
    frame = np.zeros((100, 100, 3), np.uint8)
    for number, rgb in enumerate([(200, 30, 30), (30, 60, 180), (240, 240, 240), (40, 130, 60), (230, 200, 40)]):
        frame[:, number * 20 : number * 20 + 20] = rgb
    (insight,) = vehicles.Looks().say([cut(sight(1, (0.0, 0.0, 1.0, 1.0), object_type="car"), frame)])
    assert insight.vehicle is None


def test_a_crop_knows_where_its_object_lies_in_it_and_in_the_frame() -> None:
    one = crop(1, box=(0.25, 0.2, 0.5, 0.9))
    assert one.in_frame(one.box) == pytest.approx(one.sight.box, abs=2e-3)
    assert one.tight.shape[:2] == pytest.approx((252, 160), abs=2)
    edge = crop(2, box=(0.0, 0.0, 0.1, 1.0))
    assert edge.in_frame(edge.box) == pytest.approx(edge.sight.box, abs=3e-3)
    assert one.in_frame((-0.5, 0.0, -0.1, 1.0)) is not None  # the crop ends before the frame does
    assert edge.in_frame((-0.5, 0.0, -0.1, 1.0)) is None
