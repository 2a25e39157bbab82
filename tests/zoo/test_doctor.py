"""What doctor says of capabilities: which model each has, or that it is not available."""

from pathlib import Path

from homesec.doctor import machine, models
from homesec.doctor.finding import Finding
from homesec.settings import Settings
from homesec.vision.zoo.registry import LOOKS_AT
from tests.zoo import onnx


def said(data_dir: Path, **enrichment: object) -> dict[str, Finding]:
    found = models.further(Settings.load(data_dir=data_dir, enrichment=enrichment))
    return {finding.subject.removeprefix("capability "): finding for finding in found}


def test_without_weights_every_capability_is_told_not_to_be_available_and_nothing_is_wrong(tmp_path: Path) -> None:
    findings = said(tmp_path)
    assert list(findings) == list(LOOKS_AT)
    assert {finding.level for finding in findings.values()} == {"ok"}
    assert all(finding.text.startswith("not available: ") for finding in findings.values())
    assert "off unless enrichment.demographics is true" in findings["demographics"].text


def test_what_loads_is_told_with_what_it_takes_and_what_does_not_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    onnx.mean_colour(tmp_path / "models" / "reid.onnx", 128, 256)
    findings = said(tmp_path, reid="onnx:reid", pose="vitpose:nothing", vehicle="colours")
    assert (findings["reid"].level, findings["vehicle"].level) == ("ok", "ok")
    assert "onnx:reid loads, and takes 0.15 GB" in findings["reid"].text
    assert findings["pose"].level == "problem"
    assert "nothing is downloaded" in findings["pose"].text


def test_what_can_never_fit_is_a_problem_and_what_takes_turns_a_warning(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    for name in ("one", "two"):
        onnx.mean_colour(tmp_path / "models" / f"{name}.onnx", 128, 256)
    never = said(tmp_path, reid="onnx:one", gb={"reid": 3.0})
    assert never["reid"].level == "problem"
    assert "enrichment.budget_gb" in never["reid"].text
    turns = said(tmp_path, reid="onnx:one", vehicle="colours", gb={"reid": 0.8, "vehicle": 0.8}, budget_gb=1.0)
    assert turns["further models"].level == "warning"
    assert "take turns" in turns["further models"].text


def test_a_wrong_name_is_a_problem_that_names_the_setting(tmp_path: Path) -> None:
    assert "enrichment.pose" in said(tmp_path, pose="yolo")["further models"].text


def test_further_models_count_on_the_gpu_beside_the_detector(tmp_path: Path) -> None:
    given = {"detector": {"name": "ultralytics:x", "gpu_gb": 4}, "enrichment": {"pose": "vitpose:x", "budget_gb": 3}}
    settings = Settings.load(data_dir=tmp_path, **given)
    assert list(machine.fits(settings, [8.0])) == []
    [finding] = machine.fits(settings, [6.0])
    assert finding.level == "problem"
    assert "do not fit on 1 GPU(s)" in finding.text
