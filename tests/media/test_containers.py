"""A file tells what it is and whether its end has arrived; never is half a file taken for a whole one."""

import io
import struct
from pathlib import Path

import pytest

from homesec.media.containers import HEAD_BYTES, Kind, description, ending, kind
from tests.media.test_pictures import saved, street
from tests.watch.media import bus, clip, picture


def whole(data: bytes) -> bool | None:
    form = kind(data[:HEAD_BYTES])
    assert form is not None
    return ending(io.BytesIO(data), form).whole


def clip_bytes(tmp_path: Path, form: str, codec: str = "libx264", **options: str) -> bytes:
    return clip(tmp_path / "clip", form, codec, seconds=2.0, **options).read_bytes()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_whole_with_its_last_byte_and_not_before(form: str) -> None:
    data = picture(form)
    assert kind(data) is Kind[form]
    assert whole(data) is True
    for length in range(16, len(data) - 1):
        assert whole(data[:length]) is False, length


@pytest.mark.parametrize(
    ("form", "options", "expected"),
    [
        ("mp4", {}, True),
        ("mp4", {"movflags": "faststart"}, True),
        ("mov", {}, True),
        ("avi", {}, True),
        ("matroska", {}, True),
        ("mp4", {"movflags": "frag_keyframe+empty_moov"}, None),  # it may go on between any two fragments
    ],
)
def test_a_clip_is_never_whole_before_its_last_byte(
    form: str, options: dict[str, str], expected: bool | None, tmp_path: Path
) -> None:
    data = clip_bytes(tmp_path, form, **options)
    assert whole(data) is expected
    for length in range(40, len(data) - 1, 7):
        assert whole(data[:length]) is not True, length


def test_a_photograph_with_a_preview_inside_is_not_whole_at_the_preview_s_end() -> None:
    preview = saved(street().resize((80, 60)), "JPEG")
    marker = b"\xff\xe1" + struct.pack(">H", len(preview) + 8) + b"Exif\0\0" + preview
    data = bus()[:2] + marker + bus()[2:]
    assert whole(data) is True
    assert whole(data[: data.index(preview) + len(preview)]) is False
    assert whole(data[: len(preview) + 5000]) is False


@pytest.mark.parametrize(
    ("appended", "expected"),
    [
        (b"\0" * 5000, True),  # padding
        (b"SEFH" + bytes(range(200)) * 3, True),  # a maker's notes come with the last bytes
        (picture(seed=1), True),  # a second picture, as 3D cameras append
        (picture(seed=1)[:-2], None),
        (b"x" * 200_000, None),  # a clip, as phones append
    ],
)
def test_what_makers_append_to_a_picture_does_not_hide_its_end(appended: bytes, expected: bool | None) -> None:
    assert whole(bus() + appended) is expected


def test_a_recorder_that_fills_its_sizes_in_at_the_end_is_waited_for(tmp_path: Path) -> None:
    avi = bytearray(clip_bytes(tmp_path, "avi", "mpeg4"))
    for unknown in (b"\0\0\0\0", b"\xff\xff\xff\xff"):
        avi[4:8] = unknown
        assert whole(bytes(avi)) is None
    mkv = clip_bytes(tmp_path, "matroska", live="1")
    assert whole(mkv) is None
    box_to_the_end = clip_bytes(tmp_path, "mp4") + b"\0\0\0\0free"
    assert whole(box_to_the_end) is None


def test_an_mp4_of_ten_thousand_boxes_costs_no_more_than_its_limit() -> None:
    data = b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x08free" * 10_000
    assert whole(data) is not True


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\xff\xd8\xff\xe0", Kind.JPEG),
        (b"\x89PNG\r\n\x1a\n", Kind.PNG),
        (b"RIFF\1\2\3\4WEBPVP8 ", Kind.WEBP),
        (b"RIFF\1\2\3\4AVI LIST", Kind.AVI),
        (b"RIFF\1\2\3\4WAVEfmt ", None),
        (b"\x1a\x45\xdf\xa3\1\0", Kind.MKV),
        (b"\0\0\0\x18ftypisom", Kind.MP4),
        (b"\0\0\0\x18ftypheic", Kind.MP4),  # refused later: it has no video
        (b"\0\0\x10\0moov", Kind.MP4),
        (b"GIF89a", None),
        (b"%PDF-1.7", None),
        (b"#EXTM3U", None),
        (b"", None),
    ],
)
def test_the_first_bytes_tell_the_format(head: bytes, expected: Kind | None) -> None:
    assert kind(head) is expected


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"#EXTM3U\n", "a playlist that names other files"),
        (b"ffconcat version 1.0", "a list of other files"),
        (b"GIF89a", "a picture of another format"),
        (b"BM6\x10", "a picture of another format"),
        (b"MM\0*", "a picture of another format"),
        (b"hello", "text"),
        ("grüße".encode(), "something else"),
        (b'<?xml version="1.0"?>', "text"),
        (b"\x7fELF\2", "something else"),
    ],
)
def test_what_is_none_of_ours_is_named(head: bytes, words: str) -> None:
    assert description(head) == words
