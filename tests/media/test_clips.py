"""Clips: facts, and the same frames however they are asked for."""

import struct
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from homesec.errors import UploadRejected
from homesec.media.clips import ClipFrame, frames, probe
from tests.watch.media import bus, clip

LIMIT = 1_000_000
FORMS = [("mp4", "libx264"), ("mov", "mpeg4"), ("matroska", "libx264"), ("avi", "mpeg4"), ("avi", "mjpeg")]


def seen(found: ClipFrame) -> tuple[int, float, int]:
    return found.frame_no, round(found.offset_s, 3), round(float(found.image.mean()))


@pytest.mark.parametrize(("form", "codec"), FORMS)
def test_facts_of_every_container(form: str, codec: str, tmp_path: Path) -> None:
    found = probe(clip(tmp_path / "clip", form, codec, seconds=4.0, created="2026-03-03T14:05:06Z"))
    assert (found.width, found.height) == (160, 120)
    assert found.duration_s == pytest.approx(4.0, abs=0.15)
    if form != "avi":  # which has no place for it
        assert found.created_at == datetime(2026, 3, 3, 14, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(("form", "codec"), FORMS)
@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_frames_by_chunks_are_the_frames_of_the_whole(form: str, codec: str, chunk: int, tmp_path: Path) -> None:
    path = clip(tmp_path / "clip", form, codec, seconds=6.0)
    whole = [seen(frame) for frame in frames(path, 2.0, 0, 1000, LIMIT)]
    assert [number for number, _, _ in whole] == list(range(12))
    assert [offset for _, offset, _ in whole] == pytest.approx([number / 2 for number in range(12)], abs=0.11)
    assert [shade for _, _, shade in whole] == pytest.approx([10 * number for number in range(12)], abs=4)
    parts: list[tuple[int, float, int]] = []
    while True:
        first = parts[-1][0] + 1 if parts else 0
        part = [seen(frame) for frame in frames(path, 2.0, first, chunk, LIMIT)]
        parts += part
        if len(part) < chunk:
            break
    assert parts == whole


def test_a_slow_clip_leaves_places_out_and_repeats_no_frame(tmp_path: Path) -> None:
    path = clip(tmp_path / "slow.mp4", rate=1, seconds=5.0)
    assert [frame.frame_no for frame in frames(path, 3.0, 0, 100, LIMIT)] == [0, 3, 6, 9, 12]
    assert [frame.frame_no for frame in frames(path, 3.0, 4, 2, LIMIT)] == [6, 9]


def test_asking_beyond_the_end_gives_nothing(tmp_path: Path) -> None:
    assert list(frames(clip(tmp_path / "clip.mp4"), 2.0, 500, 10, LIMIT)) == []


def test_a_clip_that_is_cut_off_gives_the_frames_it_has(tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.mkv", "matroska", seconds=10.0, codec="mjpeg")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    count = len(list(frames(path, 2.0, 0, 1000, LIMIT)))
    assert 5 <= count <= 15


def test_a_damaged_stretch_is_skipped(tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.avi", "avi", "mjpeg", seconds=10.0)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = np.random.default_rng(1).bytes(3000)
    path.write_bytes(data)
    numbers = [frame.frame_no for frame in frames(path, 2.0, 0, 1000, LIMIT)]
    assert len(numbers) >= 15
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "a playlist"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "a list of other files"),
        (b'<?xml version="1.0"?><MPD><BaseURL>file:///etc/passwd</BaseURL></MPD>', "text"),
        (bus(), "not an MP4, MOV, MKV or AVI clip"),
        (b"\0\0\0\x18ftypisom" + b"\0" * 500, "the clip"),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 500, "the clip is broken"),
        (b"RIFF\0\0\0\0AVI " + b"\0" * 500, "the clip"),
        (b"", "not an MP4"),
    ],
)
def test_what_is_no_clip_is_refused_in_words(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    path.write_bytes(content)
    with pytest.raises(UploadRejected, match=words):
        probe(path)
    with pytest.raises(UploadRejected, match=words):
        next(frames(path, 2.0, 0, 1, LIMIT))


def test_sound_alone_and_too_many_pixels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UploadRejected, match="has no video"):
        probe(clip(tmp_path / "sound.mp4", sound_only=True))
    with pytest.raises(UploadRejected, match="160 x 120 pixels; 1000 are allowed"):
        next(frames(clip(tmp_path / "clip.mp4"), 2.0, 0, 1, 1000))


def test_a_clip_whose_data_lie_in_another_file_is_not_followed(tmp_path: Path) -> None:
    """QuickTime's data references, in the form that FFmpeg would follow if it were allowed to."""
    secret = clip(tmp_path / "secret.mov", "mov", "mpeg4")
    pointing = tmp_path / "pointing.mov"
    pointing.write_bytes(_with_alias(secret.read_bytes(), b"V:here:secret.mov"))
    with av.open(str(pointing), options={"enable_drefs": "1"}) as container:
        assert len(list(container.decode(video=0))) == 40  # the attack is real
    with pytest.raises(UploadRejected):
        list(frames(pointing, 2.0, 0, 10, LIMIT))


def _with_alias(movie: bytes, target: bytes) -> bytes:
    """The clip without its data, whose index says that they lie in the file of that name beside it."""
    alias = b"".join([
        bytes(10), b"\x01V", bytes(26), bytes(12), bytes(64), bytes(16), struct.pack(">HH", 1, 1), bytes(16),
        struct.pack(">HH", 2, len(target)), target, bytes(len(target) % 2), struct.pack(">HH", 0xFFFF, 0),
    ])  # fmt: skip
    entry = struct.pack(">I4sI", 12 + len(alias), b"alis", 0) + alias
    index = bytearray(movie[movie.rindex(b"moov") - 4 :])
    place = index.index(b"dref") + 12  # behind its name, its flags and the number of entries
    length = int.from_bytes(index[place : place + 4], "big")
    index[place : place + length] = entry
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        at = index.index(name) - 4
        index[at : at + 4] = (int.from_bytes(index[at : at + 4], "big") + len(entry) - length).to_bytes(4, "big")
    return movie[: movie.index(b"mdat") - 4] + bytes(index)
