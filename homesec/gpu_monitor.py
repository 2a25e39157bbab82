"""What the GPUs of this machine are doing, by NVIDIA's management library (NVML)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

EVERY_S = 10.0  # between two readings

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class GpuReading:
    """One GPU at one moment. None: this GPU, or a part of one (MIG), does not tell."""

    gpu_index: int
    gpu_name: str
    utilization: float | None
    """0..1: the part of the last moment in which anything ran on it."""
    memory_used: int | None
    memory_total: int | None
    """Bytes, as the used ones."""
    temperature_c: float | None
    power_w: float | None
    sm_clock_mhz: int | None
    memory_clock_mhz: int | None


def read_gpus(nvml: Any) -> list[GpuReading]:
    """One reading a GPU; none where there is no GPU or no driver. `nvml` is the module pynvml, or one that acts so.

    The library is opened for each reading: a driver that was restarted, or a GPU that is lost, is none of the next's.
    """
    try:
        nvml.nvmlInit()
    except nvml.NVMLError:
        return []
    try:
        return [found for index in range(nvml.nvmlDeviceGetCount()) if (found := _reading(nvml, index)) is not None]
    except nvml.NVMLError:
        return []
    finally:
        nvml.nvmlShutdown()


def _reading(nvml: Any, index: int) -> GpuReading | None:
    """None for a GPU that does not answer at all."""

    def told(ask: Callable[[], Answer]) -> Answer | None:
        try:
            return ask()
        except nvml.NVMLError:
            return None

    gpu = told(lambda: nvml.nvmlDeviceGetHandleByIndex(index))
    name = None if gpu is None else told(lambda: str(nvml.nvmlDeviceGetName(gpu)))
    if name is None:
        return None
    memory = told(lambda: nvml.nvmlDeviceGetMemoryInfo(gpu))
    return GpuReading(
        index,
        name,
        told(lambda: nvml.nvmlDeviceGetUtilizationRates(gpu).gpu / 100),  # percent
        None if memory is None else int(memory.used),
        None if memory is None else int(memory.total),
        told(lambda: float(nvml.nvmlDeviceGetTemperature(gpu, nvml.NVML_TEMPERATURE_GPU))),
        told(lambda: nvml.nvmlDeviceGetPowerUsage(gpu) / 1000),  # milliwatts
        told(lambda: int(nvml.nvmlDeviceGetClockInfo(gpu, nvml.NVML_CLOCK_SM))),
        told(lambda: int(nvml.nvmlDeviceGetClockInfo(gpu, nvml.NVML_CLOCK_MEM))),
    )
