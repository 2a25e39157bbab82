import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from homesec.errors import ModelUnavailable
from homesec.settings import DetectorSettings
from homesec.vision.fakes import hash_detections
from homesec.vision.registry import detector_spec
from homesec.vision.spec import Detector


def detector(name: str) -> Detector:
    return detector_spec(DetectorSettings(name=name), Path("no models here")).load("cpu")


def noise(seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 255, (90, 160, 3), np.uint8)


@pytest.mark.parametrize("name", ["yolo", "ultralytics:", "fake:sleep:fast", "fake:sleep:", "null:cat", "HOG", ""])
def test_an_unknown_name_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(ModelUnavailable, match=r"detector\.name is one of: hog, null"):
        detector(name)


def test_stand_ins_say_so_and_take_no_gpu() -> None:
    for name, words in (("hog", "Put YOLO or RT-DETR weights"), ("null", "fake"), ("fake:hash", "fake")):
        spec = detector_spec(DetectorSettings(name=name), Path())
        assert words in (spec.stand_in or "")
        assert spec.gpu_gb == 0


def test_missing_weights_are_only_noticed_when_the_model_is_loaded(tmp_path: Path) -> None:
    spec = detector_spec(DetectorSettings(name="ultralytics:later.pt"), tmp_path)
    assert spec.stand_in is None
    with pytest.raises(ModelUnavailable, match=r"later\.pt"):
        spec.load("cpu")


def test_null_sees_nothing_and_null_person_one_person() -> None:
    assert [len(found) for found in detector("null").predict([noise(1), noise(2)])] == [0, 0]
    (found,) = detector("null:person").predict([noise(1)])
    assert found.classes == ("person",)
    assert found.confidence.tolist() == pytest.approx([0.9])


def test_the_sleeping_one_takes_its_time_for_each_picture() -> None:
    sleeper = detector("fake:sleep:20")
    started = time.perf_counter()
    sleeper.predict([noise(1)] * 3)
    assert time.perf_counter() - started >= 0.06


def test_the_hashing_one_sees_what_follows_from_the_pixels() -> None:
    hasher = detector("fake:hash")
    frames = [noise(seed) for seed in range(12)]
    found = hasher.predict(frames)
    assert {len(one) for one in found} == {0, 1, 2, 3}
    for one, frame in zip(found, frames, strict=True):
        again = hash_detections(frame.copy())
        assert one.classes == again.classes
        np.testing.assert_array_equal(one.xyxy, again.xyxy)
        assert np.all(one.confidence >= 0.29)


def test_the_crashing_one_dies_of_red_and_fails_on_green() -> None:
    crashing = detector("fake:crash")
    assert len(crashing.predict([noise(1)])[0]) == 1
    with pytest.raises(ValueError, match="green"):
        crashing.predict([np.full((9, 9, 3), (0, 255, 0), np.uint8)])
    program = (
        "import numpy as np; from homesec.vision.fakes import CrashingDetector; "
        "CrashingDetector().predict([np.full((9, 9, 3), (255, 0, 0), np.uint8)])"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 3
