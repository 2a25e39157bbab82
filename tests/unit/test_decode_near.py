import io

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from homesec.errors import UploadRejected
from homesec.media.pictures import decode, decode_near


def scene(width: int, height: int) -> NDArray[np.uint8]:
    coarse = np.random.default_rng(1).integers(0, 255, (height // 100 + 2, width // 100 + 2, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def encoded(image: NDArray[np.uint8], form: str, orientation: int = 1) -> bytes:
    data = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(image).save(data, form, quality=92, exif=exif)
    return data.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("width", "height", "part"),
    [
        (1920, 1080, 2),  # just enough at a half
        (1919, 1080, 1),  # half of it would be one pixel too few
        (4000, 400, 4),  # the longest side counts
        (640, 480, 1),  # small ones stay as they are
    ],
)
def test_a_picture_is_as_large_as_needed_and_says_how_large_it_was(
    form: str, width: int, height: int, part: int
) -> None:
    data = encoded(scene(width, height), form)
    found = decode_near(data, 64_000_000, 960)
    assert (found.width, found.height) == (width, height)
    assert found.image.shape == (-(-height // part), -(-width // part), 3)
    whole = cv2.resize(decode(data, 64_000_000), found.image.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(whole.astype(int) - found.image).mean() < 3  # the same picture, colours in the same order


def test_a_turned_picture_is_measured_upright() -> None:
    found = decode_near(encoded(scene(1920, 1080), "JPEG", orientation=6), 64_000_000, 960)
    assert (found.width, found.height) == (1080, 1920)
    assert found.image.shape == (960, 540, 3)


def test_what_is_broken_or_too_large_is_refused_as_ever() -> None:
    data = encoded(scene(1920, 1080), "JPEG")
    with pytest.raises(UploadRejected):
        decode_near(data[: len(data) // 2], 64_000_000, 960)
    with pytest.raises(UploadRejected, match=r"1920 x 1080 pixels; 1000000 are allowed"):
        decode_near(data, 1_000_000, 960)
