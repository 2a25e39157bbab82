"""Which device a model runs on, and which part of a GPU it gets.

Models say what they need in GB; Ray schedules fractions of a GPU and enforces none of them, so the process that loads
the model also limits what PyTorch may take.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from homesec.errors import SettingsError

GB = 1e9  # as makers count, and the settings
CONTEXT_GB = 0.5  # what CUDA itself takes of a GPU for each process, outside PyTorch's allocator

Device = Literal["cpu", "cuda"]


@dataclass(frozen=True)
class Need:
    """What one model wants of a GPU."""

    name: str
    gpu_gb: float
    count: int = 1


def share(gpu_gb: float, device_gb: float) -> float:
    """The part of a device of `device_gb` that `gpu_gb` are, rounded up to 1/100; at most one whole device.

    Raises SettingsError when the device is too small: parts of several GPUs do not make one.
    """
    if gpu_gb <= 0 or device_gb <= 0:
        raise SettingsError(f"{gpu_gb:g} GB of a GPU of {device_gb:g} GB: both must be more than zero")
    hundredths = math.ceil(gpu_gb / device_gb * 100 - 1e-9)  # so that 2 of 8 GB are 0.25 and not 0.26
    if hundredths > 100:
        raise SettingsError(
            f"a model that needs {gpu_gb:g} GB does not fit on a GPU of {device_gb:g} GB: "
            "set detector.gpu_gb lower (for further models enrichment.budget_gb), choose smaller weights, "
            "or set the device to cpu"
        )
    return hundredths / 100


def further_share(budget_gb: float, device_gb: float) -> float:
    """The part of a device for a set of further models: what they may take, and what CUDA takes for their process."""
    return share(budget_gb + CONTEXT_GB, device_gb)


def shares(needs: Sequence[Need], devices_gb: Sequence[float]) -> dict[str, float]:
    """The share of each need (of each of its `count` copies), so that no device carries more than 1.

    A share counts against the smallest device, because the scheduler may choose any. Raises SettingsError, naming
    what has no room; a share that can never be placed would otherwise wait for ever without a word.
    """
    if not devices_gb:
        raise SettingsError("there is no GPU: set detector.device to cpu or auto")
    smallest = min(devices_gb)
    found = {need.name: share(need.gpu_gb, smallest) for need in needs}
    room = [100] * len(devices_gb)  # in hundredths: sums of floats would not come out even
    for need in sorted(needs, key=lambda need: -found[need.name]):
        wanted = round(found[need.name] * 100)
        for placed in range(need.count):
            device = next((number for number, left in enumerate(room) if left >= wanted), None)
            if device is None:
                raise SettingsError(
                    f"{need.name}: {need.count} of {need.gpu_gb:g} GB each do not fit on "
                    f"{len(devices_gb)} GPU(s) of {smallest:g} GB beside the others ({placed} do): "
                    "set fewer replicas or less gpu_gb"
                )
            room[device] -= wanted
    return found


def full_sets(needs: Sequence[Need], devices_gb: Sequence[float]) -> bool:
    """Whether each device can have a full set: of each need at least one copy, the copies spread evenly."""
    devices = len(devices_gb)
    if devices < 2 or any(need.count < devices for need in needs):
        return False
    hundredths = (round(share(need.gpu_gb, min(devices_gb)) * 100) * -(-need.count // devices) for need in needs)
    return sum(hundredths) <= 100


def chosen_device(wanted: Literal["auto", "cpu", "cuda"], cluster_gpus: float, cuda: bool) -> Device:
    """The device, decided once: a GPU only when the cluster counts one and PyTorch can use it.

    Raises SettingsError when a GPU was demanded and there is none.
    """
    if wanted == "cpu":
        return "cpu"
    if cluster_gpus > 0 and cuda:
        return "cuda"
    if wanted == "cuda":
        reason = "the cluster counts no GPU" if cluster_gpus <= 0 else "PyTorch finds no CUDA on this machine"
        raise SettingsError(f"detector.device is cuda, but {reason}: set it to auto or cpu")
    return "cpu"


def memory_fraction(part: float, device_gb: float) -> float:
    """The part of the device that PyTorch may allocate, so that with CUDA's own memory the share is kept."""
    return max(0.01, part - CONTEXT_GB / device_gb)


def cuda_devices_gb() -> list[float]:
    """The memory of each GPU that PyTorch can use here; empty without one."""
    import torch

    if not torch.cuda.is_available():
        return []
    return [torch.cuda.get_device_properties(n).total_memory / GB for n in range(torch.cuda.device_count())]


def limit_memory(part: float) -> None:
    """Hold this process to its share of its GPU. The first thing in a process that loads a model there."""
    import torch

    device_gb = torch.cuda.get_device_properties(0).total_memory / GB
    torch.cuda.set_per_process_memory_fraction(memory_fraction(part, device_gb), 0)


def use_threads(processes: int, cores: int) -> int:
    """Give PyTorch its part of the cores, when `processes` share them: Ray leaves each of its actors one thread."""
    import torch

    threads = max(1, cores // max(1, processes))
    torch.set_num_threads(threads)
    return threads
