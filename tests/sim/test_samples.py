"""What the pictures are like from which the household's detector learns, and by which it is judged."""

from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homesec.sim.property import household
from homesec.sim.training import sample_files
from homesec.sim.training.crowd import Crowd
from homesec.sim.training.lessons import Shelf, lesson
from homesec.sim.training.samples import (
    CROP_PX,
    HEIGHT,
    LOOKED_AT_PX,
    LOWEST_PX,
    RARE,
    STEP_PX,
    WIDTH,
    Sample,
    condition,
    crop,
    crowds,
    rarities,
    strip,
)
from homesec.sim.values import KINDS, Conditions
from homesec.sim.view.optics import View

HOME = household(3)
NOON = datetime(2026, 6, 10, 12, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture(scope="module")
def two() -> list[Sample]:
    return list(islice(crowds(990, 1, 2), 2))


def plain(boxes: list[tuple[float, float, float, float]]) -> Sample:
    """A picture whose pixels tell their column and row."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    image = np.stack([columns // 4, rows // 2, np.zeros_like(rows)], axis=-1).astype(np.uint8)
    count = len(boxes)
    return Sample(image, np.zeros(count, np.int64), np.array(boxes, float).reshape(-1, 4), np.ones(count, bool), "day")


def test_a_seed_gives_the_same_samples_again(two: list[Sample]) -> None:
    again = list(islice(crowds(990, 1, 2), 2))
    for one, other in zip(two, again, strict=True):
        assert np.array_equal(one.image, other.image)
        assert np.array_equal(one.boxes, other.boxes)
        assert np.array_equal(one.classes, other.classes)
    assert not np.array_equal(two[0].image, two[1].image)


def test_labels_lie_in_the_picture_and_specks_are_none(two: list[Sample]) -> None:
    for sample in two:
        assert sample.image.shape == (HEIGHT, WIDTH, 3)
        assert sample.clear.any()
        assert (sample.boxes >= 0).all()
        assert (sample.boxes <= (WIDTH, HEIGHT, WIDTH, HEIGHT)).all()
        tall = sample.boxes[:, 3] - sample.boxes[:, 1]
        assert (tall[sample.clear] >= LOWEST_PX).all()


def test_what_is_drawn_is_where_its_label_says() -> None:
    crowded = next(crowds(991, 1, 1))
    height_of = crowded.boxes[:, 3] - crowded.boxes[:, 1]
    x0, y0, x1, y1 = (int(v) for v in crowded.boxes[np.argmax(height_of * crowded.clear)])
    piece = crowded.image[y0:y1, x0:x1].astype(float)
    assert piece.std() > 10  # not a plain piece of lawn


def test_a_crowd_shows_every_kind_before_long() -> None:
    seen: set[str] = set()
    for number in range(12):
        camera = HOME.cameras[number % 4]
        states = Crowd(np.random.default_rng(number), View(camera), dark=False).gather(12)
        seen |= {state.thing.kind for state in states}
        places = [(state.x, state.y) for state in states if state.carrier is None]
        assert len(set(places)) == len(places)
        assert not any(-6 < x < 6 and 0 < y < 9 for x, y in places)
    assert seen == set(KINDS)


@given(seed=st.integers(0, 10**6), x=st.floats(0, 600), y=st.floats(0, 300), size=st.floats(20, 200))
@settings(max_examples=40, deadline=None)
def test_a_cut_moves_its_labels_with_its_pixels(seed: int, x: float, y: float, size: float) -> None:
    whole = plain([(x, y, min(x + size, WIDTH), min(y + size, HEIGHT))])
    tall = HEIGHT * LOOKED_AT_PX // WIDTH // STEP_PX * STEP_PX
    for cut, shape in ((crop, (CROP_PX, CROP_PX)), (strip, (tall, LOOKED_AT_PX))):
        piece = cut(whole, np.random.default_rng(seed))
        assert piece.image.shape == (*shape, 3)
        for x0, y0, x1, y1 in piece.boxes:
            assert 0 <= x0 < x1 <= shape[1]
            assert 0 <= y0 < y1 <= shape[0]
            if x0 > 1 and y0 > 1:  # its corner is not cut off: the pixel there is the one that was there
                column, row = int(min(x0, shape[1] - 1)), int(min(y0, shape[0] - 1))
                assert abs(int(piece.image[row, column, 0]) * 4 - x) <= 10
                assert abs(int(piece.image[row, column, 1]) * 2 - y) <= 6


@given(seed=st.integers(0, 10**6), x=st.floats(0, 600), y=st.floats(0, 330))
@settings(max_examples=30, deadline=None)
def test_a_cut_round_a_thing_shows_it(seed: int, x: float, y: float) -> None:
    whole = plain([(5.0, 5.0, 15.0, 15.0), (x, y, x + 20, y + 20)])
    piece = crop(whole, np.random.default_rng(seed), 1)
    middles = (piece.boxes[:, :2] + piece.boxes[:, 2:]) / 2
    assert ((middles > 0) & (middles < CROP_PX)).all(axis=1).any()


def test_what_is_rare_is_sought_as_often_as_it_should_be() -> None:
    usual = [plain([(300.0, 150.0, 340.0, 210.0)]) for _ in range(50)]
    rare = plain([(300.0, 150.0, 340.0, 210.0)])
    rare.classes[:] = KINDS.index("dog")
    shelf, rng = Shelf([*usual, rare]), np.random.default_rng(1)
    shown = [KINDS[kind] for _ in range(200) for kind in shelf.square(rng).classes]
    assert 60 < shown.count("dog") < 110
    assert 60 < shown.count("person") < 130


def test_rarities_show_what_is_rare_in_stories() -> None:
    sample = next(rarities(995, 1, 30))
    assert {KINDS[kind] for kind in sample.classes[sample.clear]} & set(RARE)


def test_conditions_have_one_name_each() -> None:
    front, drive, *_ = HOME.cameras
    day = Conditions(NOON, 0.8, 1.5)
    assert condition(front, day) == "day"
    assert condition(front, replace(day, rain=0.5)) == "rain"
    assert condition(front, replace(day, snow_cover=0.8)) == "snow"
    night = replace(day, sun_altitude=-0.3, rain=0.5)
    assert (condition(front, night), condition(drive, night)) == ("night", "infrared")


def test_samples_come_back_from_their_folder(
    two: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_files, "crowds", lambda seed, lights, pictures: iter(two))
    assert sample_files.draw(tmp_path, "crowds", 990) == 2
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert sample_files.draw(tmp_path, "crowds", 990) == 2  # they are there already
    back = list(sample_files.stored(tmp_path))
    for one, other in zip(two, back, strict=True):
        assert np.abs(one.boxes - other.boxes).max() < 0.01
        assert one.classes.tolist() == other.classes.tolist()
        assert np.abs(one.image.astype(int) - other.image).mean() < 6  # JPEG
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_a_mirrored_and_darkened_lesson_still_knows_where_things_are(seed: int) -> None:
    bright = plain([(300.0, 150.0, 340.0, 210.0)])
    bright.image[:], bright.image[150:210, 300:340] = 40, 220
    shown = lesson(Shelf([bright]), np.random.default_rng(seed))
    count, height, width, _ = shown.images.shape
    assert len(shown.owners) == len(shown.classes) == len(shown.boxes)
    for owner, (x, y, w, h) in zip(shown.owners, shown.boxes, strict=True):
        assert 0 <= owner < count
        image = shown.images[owner].astype(float).mean(axis=-1)
        column, row = int(x * width), int(y * height)
        assert image[row, column] - image.min() > 90
        assert w * width * h * height <= 70 * 105


def test_nothing_can_be_learned_from_nothing() -> None:
    with pytest.raises(ValueError, match="nothing to learn"):
        Shelf([plain([])])
