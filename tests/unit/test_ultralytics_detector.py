"""The real architectures with random weights: what goes in, what comes out and where boxes land, not what is seen."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from homesec.errors import ModelUnavailable
from homesec.settings import DetectorSettings
from homesec.vision.coco import NAMES
from homesec.vision.detections import Detections
from homesec.vision.offline import go_offline
from homesec.vision.registry import detector_spec
from homesec.vision.ultralytics_detector import UltralyticsDetector, load

SIZE = 320


@pytest.fixture(scope="module")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of three families; the class scores are lifted, since those of a new network are near zero."""
    folder = tmp_path_factory.mktemp("models")
    go_offline(folder)
    import torch
    from ultralytics.models import RTDETR, YOLO

    torch.manual_seed(7)
    for config in ("yolo11n.yaml", "yolo26n.yaml", "rtdetr-l.yaml"):
        family: Any = RTDETR if config.startswith("rtdetr") else YOLO
        model = family(config)
        model.model.names = dict(enumerate(NAMES))
        if family is YOLO:
            for branch in model.model.model[-1].cv3:
                branch[-1].bias.data.fill_(-1.0)
        model.save(folder / config.replace(".yaml", ".pt"))
    return folder


def picture(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    coarse = np.random.default_rng(seed).integers(0, 255, (height // 40 + 1, width // 40 + 1, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def loaded(models_dir: Path, name: str, min_confidence: float = 0.05) -> UltralyticsDetector:
    return load(models_dir / name, models_dir, "cpu", SIZE, min_confidence)


def assert_same(one: Detections, other: Detections) -> None:
    assert one.classes == other.classes
    np.testing.assert_allclose(one.xyxy, other.xyxy, atol=1e-4)
    np.testing.assert_allclose(one.confidence, other.confidence, atol=1e-4)


@pytest.mark.parametrize("weights", ["yolo11n.pt", "yolo26n.pt"])
def test_the_answer_is_the_librarys_own_for_the_same_picture(models_dir: Path, weights: str) -> None:
    from ultralytics.models import YOLO

    detector = loaded(models_dir, weights)
    for frame in (picture(240, 320, 1), picture(480, 270, 2), picture(200, 100, 3)):
        (found,) = detector.predict([frame])
        bgr = np.ascontiguousarray(frame[..., ::-1])
        answer = YOLO(models_dir / weights).predict(bgr, imgsz=SIZE, conf=0.05, verbose=False)[0]
        height, width = frame.shape[:2]
        expected = answer.boxes.xyxy.numpy() / np.array([width, height, width, height])
        assert len(found) == len(expected) > 5
        order = np.argsort(-answer.boxes.conf.numpy(), kind="stable")
        np.testing.assert_allclose(found.xyxy, expected[order].clip(0, 1), atol=2e-3)
        assert found.classes == tuple(NAMES[int(answer.boxes.cls[n])] for n in order)


@pytest.mark.parametrize(
    ("height", "width", "model_box", "expected"),
    [
        # 640 x 360 becomes 320 x 180, padded by 6 above and below to 320 x 192
        (360, 640, (32, 6 + 18, 160, 6 + 90), (0.1, 0.1, 0.5, 0.5)),
        # 300 x 400 (portrait) becomes 240 x 320, padded by 8 left and right to 256 x 320
        (400, 300, (8 + 24, 32, 8 + 120, 320), (0.1, 0.1, 0.5, 1.0)),
        # square and small: enlarged, no padding; what reaches out of the frame is cut
        (100, 100, (-10, 160, 160, 400), (0.0, 0.5, 0.5, 1.0)),
    ],
    ids=["landscape", "portrait", "square"],
)
def test_a_box_of_the_model_lands_where_it_is_in_the_frame(
    models_dir: Path,
    height: int,
    width: int,
    model_box: tuple[float, float, float, float],
    expected: tuple[float, float, float, float],
) -> None:
    import torch

    detector = loaded(models_dir, "yolo11n.pt")
    x1, y1, x2, y2 = model_box

    def always(_module: Any, inputs: Any, _output: Any) -> Any:
        answer = torch.zeros(len(inputs[0]), 4 + len(NAMES), 1)
        answer[:, :4, 0] = torch.tensor([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1])
        answer[:, 4 + NAMES.index("dog"), 0] = 0.8
        return answer

    detector._model.predictor.model.model.register_forward_hook(always)
    (found,) = detector.predict([picture(height, width, 4)])
    assert found.classes == ("dog",)
    np.testing.assert_allclose(found.xyxy, [expected], atol=2e-3)
    assert found.confidence[0] == pytest.approx(0.8)


def test_rtdetr_weights_are_known_by_themselves_and_their_pictures_stretched(models_dir: Path) -> None:
    import torch

    detector = loaded(models_dir, "rtdetr-l.pt", 0.005)
    seen: list[tuple[int, ...]] = []

    def always(_module: Any, inputs: Any, output: Any) -> Any:
        seen.append(tuple(inputs[0].shape))
        answer = torch.zeros(len(inputs[0]), 1, 6)
        answer[:, 0] = torch.tensor([0.5, 0.25, 0.2, 0.3, 0.9, 2.0])  # centre, size, score, class; in 0..1
        return (answer, *output[1:])

    detector._model.predictor.model.model.register_forward_hook(always)
    for found in detector.predict([picture(90, 320, 1), picture(300, 200, 2)]):
        np.testing.assert_allclose(found.xyxy, [[0.4, 0.1, 0.6, 0.4]], atol=1e-5)
        assert found.classes == ("car",)
    assert seen == [(2, 3, SIZE, SIZE)]  # both in one batch


@pytest.mark.parametrize("weights", ["yolo11n.pt", "yolo26n.pt", "rtdetr-l.pt"])
def test_a_batch_of_different_sizes_equals_single_pictures(models_dir: Path, weights: str) -> None:
    detector = loaded(models_dir, weights, 0.005 if weights.startswith("rtdetr") else 0.05)
    frames = [picture(240, 320, 1), picture(480, 270, 2), picture(480, 640, 3), picture(32, 320, 4)]
    batch = detector.predict(frames)
    assert sum(len(found) for found in batch) > 10
    for found, frame in zip(batch, frames, strict=True):
        (single,) = detector.predict([frame])
        if weights.startswith("rtdetr"):  # 300 queries of random weights, whose order depends on the last bits
            assert len(found) == len(single)
            assert sorted(found.classes) == sorted(single.classes)
        else:
            assert_same(found, single)
        assert found.appearance is not None
        assert len(found.appearance) == len(found)


def test_weights_are_found_by_name_and_what_is_missing_is_said(models_dir: Path) -> None:
    def spec(name: str) -> Any:
        return detector_spec(DetectorSettings(name=name, image_size=SIZE), models_dir)

    detector = spec("ultralytics:yolo11n").load("cpu")
    assert detector.name == "ultralytics:yolo11n"
    with pytest.raises(ModelUnavailable, match=r"there are no weights yolo99: put the file into .*nothing is download"):
        spec("ultralytics:yolo99").load("cpu")


@pytest.mark.parametrize("content", [b"", b"not weights at all", b"PK\x03\x04 torn"], ids=["empty", "text", "torn"])
def test_broken_weights_are_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.pt").write_bytes(content)
    with pytest.raises(ModelUnavailable, match=r"broken\.pt cannot be loaded as YOLO or RT-DETR weights"):
        load(tmp_path / "broken.pt", tmp_path, "cpu", SIZE, 0.25)


def test_weights_for_another_task_are_refused(models_dir: Path) -> None:
    from ultralytics.models import YOLO

    YOLO("yolo11n-cls.yaml").save(models_dir / "classify.pt")
    with pytest.raises(ModelUnavailable, match="weights for classify, which find no objects"):
        loaded(models_dir, "classify.pt")


def test_loading_and_predicting_asks_no_other_machine(models_dir: Path) -> None:
    program = f"""
import socket, subprocess, sys
from pathlib import Path
asked = []
def refuse(*arguments, **_):
    asked.append(repr(arguments))
    raise OSError("no network here")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = refuse
real = subprocess.Popen.__init__
def record(self, arguments, *rest, **named):
    if "pip" in str(arguments) or "uv" in str(arguments):
        asked.append(str(arguments))
    real(self, arguments, *rest, **named)
subprocess.Popen.__init__ = record
import numpy as np
from homesec.settings import DetectorSettings
from homesec.vision.registry import detector_spec
settings = DetectorSettings(name="ultralytics:yolo11n", image_size=320, min_confidence=0.05)
detector = detector_spec(settings, Path({str(models_dir)!r})).load("cpu")
found = detector.predict([np.full((90, 160, 3), 99, np.uint8)])
from ultralytics.utils.events import events
assert not events.enabled
print(len(found), asked)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip().endswith("1 []"), done.stdout + done.stderr
