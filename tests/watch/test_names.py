"""Names that are not looked at, and names that must be changed."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homesec.watch.names import as_text, is_ignored, is_inside, is_text, repair


@pytest.mark.parametrize(
    ("name", "ignored"),
    [
        (b"a.jpg", False), (b"a", False), (b"tmp.jpg", False), (b"part", False), (b"\xff.jpg", False),
        (b".a.jpg", True), (b"a.jpg.tmp", True), (b"A.TMP", True), (b"a.part", True), (b"a.jpg~", True),
        (b"Thumbs.db", True), (b".DS_Store", True), (b"a.filepart", True), (b"a.crdownload", True),
    ],
)  # fmt: skip
def test_hidden_temporary_and_system_names_are_ignored(name: bytes, ignored: bool) -> None:
    assert is_ignored(name) is ignored
    assert is_inside(b"yard/" + name) is not ignored
    assert is_inside(name + b"/a.jpg") is not ignored


def test_the_root_itself_is_not_inside() -> None:
    assert not is_inside(b"")


@given(st.binary(min_size=1, max_size=255).filter(lambda name: b"/" not in name and b"\0" not in name))
def test_every_name_becomes_text_that_fits(name: bytes) -> None:
    changed = as_text(name)
    assert is_text(changed)
    assert 0 < len(changed) <= 255
    assert (changed == name) is is_text(name)


def test_a_changed_name_never_replaces_another_file(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    (tmp_path / "caf%E9.jpg").write_bytes(b"mine")
    (tmp_path / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"other")
    changed = repair(folder, b"caf\xe9.jpg")
    assert changed == b"caf%E9~1.jpg"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "caf%E9.jpg": b"mine",
        "caf%E9~1.jpg": b"other",
    }


def test_a_name_that_cannot_be_changed_is_told(tmp_path: Path) -> None:
    assert repair(os.fsencode(tmp_path), b"gone \xff") is None
