"""Pictures of every kind become upright RGB; what can't is refused in words, before it takes memory."""

import io
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from homesec.errors import UploadRejected
from homesec.media.pictures import decode, facts, thumbnail
from tests.watch.media import bus, picture
from tests.watch.test_bad_input import animation, bomb

LIMIT = 64_000_000


def saved(image: Image.Image, form: str, **given: Any) -> bytes:
    data = io.BytesIO()
    image.save(data, form, **given)
    return data.getvalue()


def street() -> Image.Image:
    return Image.open(io.BytesIO(bus())).convert("RGB")


def difference(data: bytes, expected: Image.Image) -> float:
    """Mean over all values, 0..255."""
    found = decode(data, LIMIT)
    assert found.dtype == np.uint8
    assert found.flags.c_contiguous
    reference = np.asarray(expected.convert("RGB"), np.int16)
    assert found.shape == reference.shape
    return float(np.abs(found - reference).mean())


@pytest.mark.parametrize(
    ("name", "data", "tolerance"),
    [
        ("photograph", lambda: bus(), 0.5),
        ("progressive", lambda: saved(street(), "JPEG", progressive=True, quality=95), 2),
        ("png", lambda: saved(street(), "PNG"), 0),
        ("webp", lambda: saved(street(), "WEBP", quality=95), 5),
        ("lossless webp", lambda: saved(street(), "WEBP", lossless=True), 0),
        ("cmyk", lambda: saved(street().convert("CMYK"), "JPEG", quality=95), 3),
        ("16 bits of colour", lambda: _sixteen_bit_colour(), 0),
        ("alpha", lambda: saved(_with_alpha(), "PNG"), 0),
        ("palette", lambda: saved(street().quantize(256), "PNG"), 8),
    ],
)
def test_every_form_of_a_photograph_looks_like_the_photograph(name: str, data: Any, tolerance: float) -> None:
    assert difference(data(), street()) <= tolerance


def _sixteen_bit_colour() -> bytes:
    done, data = cv2.imencode(".png", np.asarray(street(), np.uint16)[:, :, ::-1] * 257)
    assert done
    return data.tobytes()


def _with_alpha() -> Image.Image:
    image = street().convert("RGBA")
    image.putalpha(128)
    return image


@pytest.mark.parametrize("form", ["grey", "16 bits of grey", "black and white", "grey with alpha"])
def test_grey_pictures_become_grey_rgb(form: str) -> None:
    grey = street().convert("L")
    data = {
        "grey": saved(grey, "JPEG", quality=95),
        "16 bits of grey": saved(Image.fromarray(np.asarray(grey, np.uint16) * 257), "PNG"),
        "black and white": saved(grey.convert("1"), "PNG"),
        "grey with alpha": saved(grey.convert("LA"), "PNG"),
    }[form]
    found = decode(data, LIMIT)
    assert (found[..., 0] == found[..., 1]).all()
    assert (found[..., 1] == found[..., 2]).all()
    assert difference(data, grey.convert("1") if form == "black and white" else grey) < 1


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_counts(form: str) -> None:
    found = decode(animation(form), LIMIT)
    assert found.shape == (48, 64, 3)
    red, _, blue = found.reshape(-1, 3).mean(axis=0)
    assert red > 240
    assert blue < 15


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_their_camera_says(orientation: int, form: str) -> None:
    corners = np.zeros((40, 64, 3), np.uint8)  # upright: red, green / blue, white
    corners[:20, :32], corners[:20, 32:], corners[20:, :32], corners[20:, 32:] = (
        (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255),
    )  # fmt: skip
    stored = _as_stored(corners, orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = decode(saved(Image.fromarray(stored), form, exif=exif), LIMIT)
    assert found.shape == corners.shape
    assert np.abs(found.astype(int) - corners).mean() < 12


def _as_stored(upright: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """The inverse of the EXIF table, by Pillow's names of the operations."""
    flip = Image.Transpose
    undo = {
        1: None, 2: flip.FLIP_LEFT_RIGHT, 3: flip.ROTATE_180, 4: flip.FLIP_TOP_BOTTOM, 5: flip.TRANSPOSE,
        6: flip.ROTATE_90, 7: flip.TRANSVERSE, 8: flip.ROTATE_270,
    }[orientation]  # fmt: skip
    image = Image.fromarray(upright)
    return np.asarray(image if undo is None else image.transpose(undo))


def test_a_picture_of_fifty_megapixels_is_decoded_and_one_over_the_limit_is_not() -> None:
    data = saved(Image.new("RGB", (8000, 6250), (10, 200, 30)), "JPEG")
    assert decode(data, LIMIT).shape == (6250, 8000, 3)
    with pytest.raises(UploadRejected, match="8000 x 6250 pixels; 40000000 are allowed"):
        decode(data, 40_000_000)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (bomb(), "60000 x 60000 pixels"),
        (b"", "not a JPEG, PNG or WebP"),
        (b"hello", "text"),
        (b"GIF89a" + bytes(100), "another format"),
        (bus()[:300], "breaks off"),
        (bus()[:60_000], "breaks off"),
        (bus()[:20] + bytes(200), "header of the picture is broken"),
        (picture("PNG")[:30], "header of the picture is broken|content is not"),
        (picture("PNG")[:400], "its content is not"),
        (picture("WEBP")[:60], "its content is not|header"),
        (b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x00\x00\x10\x01\x01\x11\x00\xff\xda\x00\x02\xff\xd9", "no size"),
    ],
)  # fmt: skip
def test_what_cannot_be_decoded_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(UploadRejected, match=words):
        decode(data, LIMIT)


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    data = bytearray(saved(street().resize((64, 64)), "JPEG", progressive=True))
    start = data.rindex(b"\xff\xda")
    scan = bytes(data[start:-2])
    with pytest.raises(UploadRejected, match="more than 100 scans"):
        decode(bytes(data[:-2]) + scan * 2000 + b"\xff\xd9", LIMIT)


def test_a_web_picture_with_a_giant_canvas_is_refused_before_it_takes_memory() -> None:
    data = bytearray(saved(street().resize((64, 64)), "WEBP", exif=b"Exif\0\0MM\0*"))
    place = data.index(b"VP8X") + 12
    data[place : place + 6] = (16382).to_bytes(3, "little") * 2
    with pytest.raises(UploadRejected, match="16383 x 16383"):
        facts(bytes(data), LIMIT)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({0x9003: "2026:03:03 14:05:06"}, datetime(2026, 3, 3, 14, 5, 6)),
        (
            {0x9003: "2026:03:03 14:05:06", 0x9011: "+02:30"},
            datetime(2026, 3, 3, 14, 5, 6, tzinfo=timezone(timedelta(hours=2, minutes=30))),
        ),
        ({0x9003: "2026:03:03 14:05:06", 0x9010: "-00:00"}, datetime(2026, 3, 3, 14, 5, 6, tzinfo=UTC)),
        ({0x9003: "2026:03:03 14:05:06", 0x9011: "nonsense"}, datetime(2026, 3, 3, 14, 5, 6)),
        ({0x9003: "0000:00:00 00:00:00"}, None),
        ({0x9003: "yesterday"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_the_camera_s_own_time_is_read(tags: dict[int, str], expected: datetime | None, form: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 1  # Pillow writes none without a tag of the first directory
    exif.get_ifd(0x8769).update(tags)
    found = facts(saved(Image.new("RGB", (64, 48)), form, exif=exif), LIMIT)
    assert (found.width, found.height, found.taken_at) == (64, 48, expected)
    assert expected is None or (found.taken_at is not None and found.taken_at.tzinfo == expected.tzinfo)


@settings(max_examples=300, deadline=None)
@given(
    form=st.sampled_from(["JPEG", "PNG", "WEBP"]),
    cut=st.integers(0, 4000),
    places=st.lists(st.tuples(st.integers(0, 3999), st.integers(0, 255)), max_size=8),
)
def test_a_damaged_picture_is_decoded_or_refused_and_nothing_else(
    form: str, cut: int, places: list[tuple[int, int]]
) -> None:
    data = bytearray(picture(form, exif=_exif())[:cut])
    for place, value in places:
        if place < len(data):
            data[place] = value
    try:
        found = decode(bytes(data), 1_000_000)
    except UploadRejected:
        return
    assert found.ndim == 3
    assert found.shape[0] * found.shape[1] <= 1_000_000


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2026:03:03 14:05:06"
    return exif


def test_thumbnails_keep_the_form_and_never_grow() -> None:
    frame = decode(bus(), LIMIT)
    assert decode(thumbnail(frame, 480), LIMIT).shape == (480, 360, 3)
    assert decode(thumbnail(frame[:30, :20], 480), LIMIT).shape == (30, 20, 3)
    assert decode(thumbnail(frame[:1, :600], 480), LIMIT).shape == (1, 480, 3)
    small = decode(thumbnail(frame, 480), LIMIT).astype(int)
    expected = cv2.resize(frame, (360, 480), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(small - expected).mean() < 6  # red is still red
