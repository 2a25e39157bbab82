"""The real RT-DETR v2 architecture, small and with random weights, saved to a folder and loaded back."""

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
from homesec.vision.coco import NAMES, coco_name
from homesec.vision.offline import go_offline
from homesec.vision.registry import detector_spec
from homesec.vision.transformers_detector import TransformersDetector, load

LABELS = {number: {"motorcycle": "motorbike", "tv": "tvmonitor"}.get(name, name) for number, name in enumerate(NAMES)}


@pytest.fixture(scope="module")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    go_offline(folder)
    import torch
    from transformers import RTDetrResNetConfig, RTDetrV2Config, RTDetrV2ForObjectDetection
    from transformers.models.rt_detr.image_processing_rt_detr import RTDetrImageProcessor

    torch.manual_seed(3)
    backbone = RTDetrResNetConfig(
        embedding_size=32,
        hidden_sizes=[32, 64, 128, 256],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )
    config = RTDetrV2Config(
        backbone_config=backbone,
        encoder_in_channels=[64, 128, 256],
        decoder_layers=2,
        id2label=LABELS,
        label2id={label: number for number, label in LABELS.items()},
    )
    model: Any = RTDetrV2ForObjectDetection(config)
    model.save_pretrained(folder / "rtdetr_v2")
    processor: Any = RTDetrImageProcessor(size={"height": 320, "width": 320})
    processor.save_pretrained(folder / "rtdetr_v2")
    return folder


@pytest.fixture(scope="module")
def detector(models_dir: Path) -> TransformersDetector:
    return load(str(models_dir / "rtdetr_v2"), models_dir, "cpu", 0.02)


def picture(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    coarse = np.random.default_rng(seed).integers(0, 255, (height // 40 + 1, width // 40 + 1, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def test_the_answer_is_that_of_the_bare_network(models_dir: Path, detector: TransformersDetector) -> None:
    """Prepared and read by hand: stretched to 320 x 320, in 0..1, sigmoid of the logits, centre and size to corners."""
    import torch
    from transformers import RTDetrV2ForObjectDetection

    network: Any = RTDetrV2ForObjectDetection.from_pretrained(models_dir / "rtdetr_v2").eval()
    frame = picture(180, 320, 5)
    (found,) = detector.predict([frame])
    stretched = torch.nn.functional.interpolate(
        torch.from_numpy(frame).permute(2, 0, 1)[None].float(), (320, 320), mode="bilinear", antialias=True
    )
    with torch.inference_mode():
        output = network(stretched.round().clamp(0, 255) / 255)
    scores = output.logits.sigmoid()[0]
    best = int(scores.flatten().argmax())
    query, label = divmod(best, len(NAMES))
    x, y, w, h = output.pred_boxes[0, query].tolist()
    assert found.classes[0] == NAMES[label]
    assert found.confidence[0] == pytest.approx(float(scores.max()), abs=2e-3)
    expected = np.clip([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 0, 1)
    np.testing.assert_allclose(found.xyxy[0], expected, atol=0.01)


def test_boxes_are_fractions_of_each_frame_and_batches_equal_single_pictures(detector: TransformersDetector) -> None:
    frames = [picture(180, 320, 1), picture(480, 270, 2), picture(64, 64, 3)]
    for found, frame in zip(detector.predict(frames), frames, strict=True):
        (single,) = detector.predict([frame])
        assert len(found) == len(single) > 10
        assert found.xyxy.min() >= 0
        assert found.xyxy.max() <= 1
        np.testing.assert_allclose(found.confidence, single.confidence, atol=1e-4)
        assert found.appearance is not None
        assert len(found.appearance) == len(found)


def test_class_names_are_those_of_coco(detector: TransformersDetector) -> None:
    (found,) = detector.predict([picture(180, 320, 5)])
    assert set(found.classes) <= set(NAMES)
    assert [coco_name(label) for label in LABELS.values()] == list(NAMES)
    assert coco_name("Hair_Drier") == "hair drier"


def test_a_folder_is_found_by_name_in_the_models_folder(models_dir: Path) -> None:
    settings = DetectorSettings(name="transformers:rtdetr_v2", min_confidence=0.02)
    spec = detector_spec(settings, models_dir)
    assert spec.stand_in is None
    assert spec.gpu_gb == settings.gpu_gb
    assert spec.load("cpu").name == "transformers:rtdetr_v2"


def test_what_is_missing_is_said_and_nothing_fetched(models_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("no/such-model", str(tmp_path / "empty")):
        with pytest.raises(ModelUnavailable, match=r"cannot be loaded as a detector: .*nothing is downloaded"):
            load(name, models_dir, "cpu", 0.3)


def test_pickled_weights_are_refused(models_dir: Path, tmp_path: Path) -> None:
    import torch
    from transformers import RTDetrV2ForObjectDetection

    network: Any = RTDetrV2ForObjectDetection.from_pretrained(models_dir / "rtdetr_v2")
    for name in ("config.json", "preprocessor_config.json"):
        (tmp_path / name).write_bytes((models_dir / "rtdetr_v2" / name).read_bytes())
    torch.save(network.state_dict(), tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelUnavailable):
        load(str(tmp_path), models_dir, "cpu", 0.3)


def test_loading_asks_no_other_machine(models_dir: Path) -> None:
    program = f"""
import socket
from pathlib import Path
asked = []
def refuse(*arguments, **_):
    asked.append(repr(arguments))
    raise OSError("no network here")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = refuse
import numpy as np
from homesec.errors import ModelUnavailable
from homesec.settings import DetectorSettings
from homesec.vision.registry import detector_spec
def detector(name):
    settings = DetectorSettings(name="transformers:" + name, min_confidence=0.02)
    return detector_spec(settings, Path({str(models_dir)!r})).load("cpu")
found = detector("rtdetr_v2").predict([np.full((90, 160, 3), 99, np.uint8)])
try:
    detector("PekingU/rtdetr_v2_r18vd")
except ModelUnavailable:
    print("refused", len(found), asked)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip().endswith("refused 1 []"), done.stdout + done.stderr
