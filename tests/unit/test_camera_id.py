"""Ids of cameras from the names of their folders."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homesec.domain.camera_id import camera_id
from homesec.errors import InvalidInput


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("front_door", "front_door"),
        ("Front Door", "front_door"),
        ("front-door", "front_door"),
        ("  Front   Door! ", "front_door"),
        ("Straße", "strasse"),
        ("Łódź Café", "lodz_cafe"),
        ("Øst", "ost"),
        ("cam #1 (new)", "cam_1_new"),
        ("Hof & Garten", "hof_and_garten"),
        ('it\'s "the"\nyard', "it_s_the_yard"),
        ("2", "2"),
    ],
)
def test_the_id_is_what_a_person_would_type(folder: str, expected: str) -> None:
    assert camera_id(folder) == expected


def test_what_cannot_be_spelled_keeps_its_difference() -> None:
    names = ["庭", "玄関", "двор", "cam 庭", "cam 玄関", "!!!", "???", "a" * 100, "a" * 101]
    ids = [camera_id(name) for name in names]
    assert len(set(ids)) == len(names)
    assert all(re.fullmatch(r"(camera|cam|a{54})_[0-9a-f]{8}", found) for found in ids)


def test_two_spellings_of_one_name_are_one_camera() -> None:
    assert camera_id("Cafe\u0301 庭") == camera_id("Caf\u00e9 庭")


@pytest.mark.parametrize("folder", ["", " ", ".", "..", ".hidden", "a/b", "a\0b"])
def test_what_is_no_name_of_a_folder_is_refused(folder: str) -> None:
    with pytest.raises(InvalidInput):
        camera_id(folder)


@given(st.text(min_size=1, max_size=300))
def test_every_id_fits_the_database_and_stays_the_same(folder: str) -> None:
    try:
        found = camera_id(folder)
    except InvalidInput:
        return
    assert re.fullmatch(r"[a-z0-9][a-z0-9_]{0,62}", found)
    assert camera_id(found) == found
