"""Readings of GPUs, from what the library answered."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pynvml
import pytest

from homesec.gpu_monitor import GpuReading, read_gpus

ANSWERS = json.loads((Path(__file__).parent / "nvml_answers.json").read_text())


class Replayed:
    """Acts as the module pynvml; `answers` is what NVML said, None: there is no driver."""

    NVMLError = pynvml.NVMLError
    NVML_TEMPERATURE_GPU = pynvml.NVML_TEMPERATURE_GPU
    NVML_CLOCK_SM, NVML_CLOCK_MEM = pynvml.NVML_CLOCK_SM, pynvml.NVML_CLOCK_MEM

    def __init__(self, answers: Any) -> None:
        self._answers = answers
        self.open = 0

    def nvmlInit(self) -> None:
        if self._answers is None:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)
        self.open += 1

    def nvmlShutdown(self) -> None:
        self.open -= 1

    def nvmlDeviceGetCount(self) -> int:
        return int(self._answers["nvmlDeviceGetCount"])

    def nvmlDeviceGetHandleByIndex(self, index: int) -> Any:
        return self._answers["gpus"][index]

    def __getattr__(self, function: str) -> Any:
        def answer(gpu: Any, which: int | None = None) -> Any:
            told = gpu[function] if which is None else gpu[function][str(which)]
            if isinstance(told, dict) and "error" in told:
                raise pynvml.NVMLError(told["error"])
            return SimpleNamespace(**told) if isinstance(told, dict) else told

        return answer


def test_each_gpu_is_read_and_one_that_does_not_answer_is_left_out() -> None:
    nvml = Replayed(ANSWERS)
    name = "NVIDIA H100 80GB HBM3"
    assert read_gpus(nvml) == [
        GpuReading(0, name, 0.37, 7103447040, 85520809984, 41.0, 213.456, 1980, 2619),
        GpuReading(1, name, None, 0, 85520809984, 29.0, None, 345, 2619),  # a GPU in parts tells less
    ]
    assert nvml.open == 0


def test_without_a_driver_there_is_no_reading() -> None:
    assert read_gpus(Replayed(None)) == []


def test_the_library_itself_has_all_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {name for gpu in ANSWERS["gpus"] for name in gpu} | {"nvmlInit", "nvmlShutdown", "nvmlDeviceGetCount"}
    assert {name for name in asked if not hasattr(pynvml, name)} == set()
    monkeypatch.setattr(pynvml, "nvmlInit", Replayed(None).nvmlInit)  # also on a machine with a GPU
    assert read_gpus(pynvml) == []
