import hashlib
import pickle
from pathlib import Path

import pytest

from homesec.errors import ModelUnavailable
from homesec.settings import DetectorSettings
from homesec.vision.registry import detector_spec
from homesec.vision.weights import CHECKSUMS, model_folder, weights_file


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def test_a_file_in_the_models_folder_is_found_by_its_name(models_dir: Path) -> None:
    (models_dir / "yolo.pt").write_bytes(b"w")
    assert weights_file("yolo.pt", models_dir, trust=False) == models_dir / "yolo.pt"
    assert weights_file("yolo", models_dir, trust=False) == models_dir / "yolo.pt"


def test_a_file_elsewhere_needs_trust_or_a_listed_checksum(models_dir: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "found on the internet.pt"
    elsewhere.write_bytes(b"weights")
    with pytest.raises(ModelUnavailable, match=r"is a program as much as it is a model.*detector\.trust_weights"):
        weights_file(str(elsewhere), models_dir, trust=False)
    assert weights_file(str(elsewhere), models_dir, trust=True) == elsewhere
    (models_dir / CHECKSUMS).write_text(f"{'0' * 64}  other.pt\n{hashlib.sha256(b'weights').hexdigest()} *any.pt\n")
    assert weights_file(str(elsewhere), models_dir, trust=False) == elsewhere
    elsewhere.write_bytes(b"other weights")
    with pytest.raises(ModelUnavailable):
        weights_file(str(elsewhere), models_dir, trust=False)


def test_neither_a_link_nor_a_path_with_dots_leads_out_of_the_models_folder(models_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "evil.pt").write_bytes(b"w")
    (models_dir / "link.pt").symlink_to(tmp_path / "evil.pt")
    for name in ("link.pt", "../evil.pt"):
        with pytest.raises(ModelUnavailable, match="lies outside"):
            weights_file(name, models_dir, trust=False)


def test_only_pt_files_are_weights(models_dir: Path) -> None:
    (models_dir / "yolo.yaml").write_text("nc: 80")  # would build a network of random weights
    with pytest.raises(ModelUnavailable, match=r"is no \.pt file"):
        weights_file("yolo.yaml", models_dir, trust=True)


class Program:
    """Unpickling it makes a file."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> object:
        return (Path.touch, (self.trace,))


def test_an_untrusted_file_is_never_run(models_dir: Path, tmp_path: Path) -> None:
    trace, elsewhere = tmp_path / "it ran", tmp_path / "evil.pt"
    elsewhere.write_bytes(pickle.dumps(Program(trace)))
    spec = detector_spec(DetectorSettings(name=f"ultralytics:{elsewhere}"), models_dir)
    with pytest.raises(ModelUnavailable):
        spec.load("cpu")
    assert not trace.exists()
    pickle.loads(elsewhere.read_bytes())
    assert trace.exists()  # so the file was a trap indeed


def test_a_model_folder_is_looked_for_beside_the_other_models_first(models_dir: Path) -> None:
    (models_dir / "rtdetr").mkdir()
    assert model_folder("rtdetr", models_dir) == str(models_dir / "rtdetr")
    assert model_folder(str(models_dir), models_dir) == str(models_dir)
    assert model_folder("PekingU/rtdetr_v2_r18vd", models_dir) == "PekingU/rtdetr_v2_r18vd"
