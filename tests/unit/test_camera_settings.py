import pytest
from hypothesis import given
from hypothesis import strategies as st

from homesec.domain.camera_settings import CameraSettings


def test_settings_survive_the_way_through_json() -> None:
    settings = CameraSettings(("person", "car"), 0.55, {"car": 0.7}, enabled=False)
    assert CameraSettings.from_json(settings.to_json()) == settings
    assert CameraSettings.from_json(CameraSettings().to_json()) == CameraSettings()


@pytest.mark.parametrize(
    "stored",
    [
        {},  # a new camera
        {"zoom": 3, "classes": None},  # keys of another version
        {"min_confidence": "high", "class_confidence": [1], "classes": 7},  # wrong types
        {"min_confidence": 1.5, "class_confidence": {"car": -1, "dog": None}},  # out of range
        {"min_confidence": float("nan"), "class_confidence": {"car": True}, "enabled": None},  # numbers that are none
    ],
)
def test_what_cannot_be_read_counts_as_not_set(stored: dict[str, object]) -> None:
    assert CameraSettings.from_json(stored) == CameraSettings()


KEYS = st.sampled_from(["classes", "min_confidence", "class_confidence", "enabled"])
PLAIN = st.none() | st.booleans() | st.floats() | st.text()
VALUES = PLAIN | st.lists(st.text()) | st.dictionaries(st.text(), st.floats())


@given(st.dictionaries(KEYS, VALUES))
def test_no_stored_row_breaks_reading_or_judging(stored: dict[str, object]) -> None:
    settings = CameraSettings.from_json(stored)
    settings.exclusion("person", 0.5)
    assert CameraSettings.from_json(settings.to_json()) == settings


@pytest.mark.parametrize(
    ("settings", "object_type", "confidence", "reason"),
    [
        (CameraSettings(), "person", 0.4, None),  # on the threshold counts
        (CameraSettings(), "person", 0.39, "confidence below 0.4"),
        (CameraSettings(classes=("person",)), "car", 0.99, "car is not among the classes of this camera"),
        (CameraSettings(classes=()), "person", 0.99, "person is not among the classes of this camera"),
        (CameraSettings(class_confidence={"car": 0.8}), "car", 0.7, "confidence below 0.8"),
        (CameraSettings(class_confidence={"car": 0.1}), "car", 0.2, None),  # a class's own threshold wins, lower too
        (CameraSettings(enabled=False), "person", 0.99, "the camera is switched off"),
    ],
)
def test_exclusions_are_said_in_words(
    settings: CameraSettings, object_type: str, confidence: float, reason: str | None
) -> None:
    assert settings.exclusion(object_type, confidence) == reason
