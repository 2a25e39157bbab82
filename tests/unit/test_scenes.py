"""Whether a camera's view changed: what must be found, and all that must not alarm."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from homesec.detect.views import seen_view
from homesec.domain.scenes import DAY_TO_REPAIR, FORGOTTEN, PICTURES, Change, is_accepted
from homesec.domain.views import HEIGHT, READY, WIDTH, Light, Reference, likeness
from tests.scenery import T0, covered, house, learned, look, turned, view

Picture = Callable[[int], NDArray[np.uint8]]


def changes(
    known: dict[Light, Reference], picture: Picture, number: int = 30, step_s: float = 2.0, **more: object
) -> list[Change]:
    """What these pictures prove, the first of them 60 s after one that looks as usual."""
    look(known, view(house(), 0.0))
    found = []
    for n in range(number):
        result = look(known, view(picture(n), 60 + n * step_s, **more), is_changed=bool(found))  # type: ignore[arg-type]
        if result.change is not None:
            found.append(result.change)
    return found


@pytest.mark.parametrize(
    ("picture", "kind"),
    [
        (covered, "view_blocked"),
        (turned, "angle_changed"),
        (lambda n: np.full((HEIGHT, WIDTH), 3, np.uint8), "view_blocked"),  # a black picture
        (lambda n: np.full((HEIGHT, WIDTH), 255, np.uint8), "view_blocked"),  # dazzled for good
    ],
)
def test_what_is_done_to_a_camera_is_told_once_with_its_kind(picture: Picture, kind: str) -> None:
    [change] = changes(learned(), picture)
    assert change.kind == kind
    assert change.since == T0 + timedelta(seconds=60), "the first picture that shows it"
    assert change.similarity < 0.25


def test_half_of_the_view_gone_is_tampering() -> None:
    def sprayed(n: int) -> NDArray[np.uint8]:
        scene = house(seed=n)
        scene[:, : WIDTH // 2] = 40
        return scene

    [change] = changes(learned(), sprayed, number=40)
    assert change.kind == "view_tampered"


@pytest.mark.parametrize(
    "picture",
    [
        lambda n: house(1.0 - n / 35, n),  # dusk
        lambda n: house(0.12, n),  # night in colour
        lambda n: house(1.3, n),  # more light than ever, the sky at its limit
        lambda n: house(1.0, n, shadow=n),  # a shadow that wanders
        lambda n: house(1.0, n, fog=0.6),
        lambda n: np.where(np.arange(HEIGHT)[:, None] >= 22, 235, house(1.0, n)).astype(np.uint8),  # snow on the ground
        lambda n: np.clip(house(1.0, n) + np.random.default_rng(n).normal(0, 9, (HEIGHT, WIDTH)), 0, 255).astype(
            np.uint8
        ),  # heavy rain
    ],
    ids=["dusk", "night", "glare", "shadow", "fog", "snow", "rain"],
)
def test_light_and_weather_are_no_change(picture: Picture) -> None:
    assert changes(learned(), picture, number=30, step_s=120) == []


def test_the_first_infrared_pictures_only_build_their_reference() -> None:
    known = learned()
    assert changes(known, lambda n: 255 - house(0.5, n), number=40, step_s=60, light="infrared") == []
    assert known["infrared"].pictures >= READY
    assert changes(known, lambda n: house(1.0, n), number=5, step_s=1000) == [], "nor is the switch back one"


def test_the_lens_is_covered_by_night_too() -> None:
    known = learned("infrared")
    assert [change.kind for change in changes(known, covered, light="infrared")] == ["view_blocked"]


def test_dark_paint_looks_like_infrared_and_is_no_new_light() -> None:
    known = learned()
    look(known, view(covered(), 60))
    found = [look(known, view(covered(n), 62 + n, "infrared")).change for n in range(5)]
    assert [change.kind for change in found if change is not None][:1] == ["view_blocked"]
    assert "infrared" not in known


@pytest.mark.parametrize("number", range(1, PICTURES))
def test_a_few_pictures_prove_nothing(number: int) -> None:
    known = learned()
    assert changes(known, covered, number=number) == []
    assert changes(known, lambda n: house(1.0, n), number=3, step_s=100) == []
    assert known["day"].doubt is None


def test_many_pictures_within_a_moment_prove_nothing() -> None:
    assert changes(learned(), covered, number=25, step_s=0.1) == []


def test_who_stands_before_the_lens_hides_it_and_changes_nothing() -> None:
    known = learned()

    def van(n: int) -> NDArray[np.uint8]:
        scene = house(seed=n)
        scene[:, 10:] = 90
        return scene

    assert changes(known, van, boxes=((10 / WIDTH, 0.0, 1.0, 1.0),)) == []
    assert known["day"].doubt is None
    without = replace(view(van(0), 600), boxes=())
    found = likeness(known["day"], without)
    assert found is not None, "without its box it would be another view"
    assert found.agreement < 0.25


def test_a_new_camera_learns_before_it_compares() -> None:
    known: dict[Light, Reference] = {}
    assert changes(known, lambda n: turned(n) if n % 2 else house(seed=n), number=READY, step_s=300) == []


def test_a_camera_that_is_covered_before_it_knows_its_view_is_told() -> None:
    known: dict[Light, Reference] = {}
    found = changes(known, lambda n: house(seed=n) if n < 4 else covered(n), number=READY, step_s=30)
    assert [change.kind for change in found] == ["view_blocked"]
    assert known["day"].pictures < READY
    assert changes({}, lambda n: covered(n) if n < 4 else house(seed=n), number=40, step_s=60) == [], "taken off"


def test_a_night_without_any_lamp_is_no_lid_on_the_lens() -> None:
    known = learned()
    assert changes(known, lambda n: house(max(0.0, 0.6 - n / 60), n), number=90, step_s=120) == []


def test_a_view_that_returns_ends_the_change_and_is_remembered() -> None:
    known = learned()
    look(known, view(house(), 0.0))
    before = known["day"].directions
    assert changes(known, turned, number=10, step_s=600) != []
    assert np.array_equal(known["day"].directions, before), "nothing is learned from a changed view"
    over = [look(known, view(house(seed=n), 90_000 + n), is_changed=True).is_over for n in range(3)]
    assert over == [False, True, True]


def test_a_late_picture_changes_nothing() -> None:
    known = learned()
    look(known, view(house(), 60))
    held = known["day"]
    assert look(known, view(covered(), 30)).reference is held


def test_a_reference_survives_being_stored() -> None:
    known = learned()
    look(known, view(covered(), 60, upload_id=7))
    kept = known["day"]
    again = Reference.from_json(kept.data(), kept.to_json())
    assert again.doubt == kept.doubt
    assert replace(again, directions=kept.directions) == replace(kept, directions=kept.directions)
    assert np.allclose(again.directions, kept.directions, atol=1e-3)


def test_a_change_is_accepted_a_day_after_it_when_its_owner_knows() -> None:
    assert not is_accepted(T0, True, T0 + DAY_TO_REPAIR / 2)
    assert is_accepted(T0, True, T0 + DAY_TO_REPAIR)
    assert not is_accepted(T0, False, T0 + DAY_TO_REPAIR)
    assert is_accepted(T0, False, T0 + FORGOTTEN)


@pytest.mark.parametrize("size", [(36, 64), (360, 640), (540, 960), (100, 30)])
def test_a_view_tells_infrared_by_its_missing_colour(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    grey = np.repeat(rng.integers(0, 255, (*size, 1), np.uint8), 3, axis=2)
    dark = rng.normal(12, 3, (*size, 3)).clip(0, 255).astype(np.uint8)  # a colour camera by night: noise in each
    assert seen_view(grey).light == "infrared"
    assert seen_view(dark).light == "day"
    assert len(seen_view(dark).grey) == WIDTH * HEIGHT
