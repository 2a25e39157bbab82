"""The machine: memory, shared memory, the kernel's watches, GPUs."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pynvml

from homesec.doctor.finding import Finding, ok, problem, warning
from homesec.errors import SettingsError
from homesec.settings import Settings
from homesec.vision.shares import CONTEXT_GB, Need, shares

SHARED_MEMORY = Path("/dev/shm")
INOTIFY = Path("/proc/sys/fs/inotify")
_GB = 2**30
_MEMORY_LEAST_GB, _MEMORY_GOOD_GB = 2.0, 4.0  # Ray, Serve and our actors take about 1 GB before any model
_SHARED_LEAST_MB, _SHARED_GOOD_MB = 64, 512  # Ray's store is told to use 256 MB; it moves to the disk when this is less


def examine(settings: Settings) -> Iterator[Finding]:
    yield _memory()
    yield _shared_memory(SHARED_MEMORY)
    yield _watches(settings, INOTIFY)
    yield from _gpus(settings)


def _memory() -> Finding:
    facts = psutil.virtual_memory()
    total, free = facts.total / _GB, facts.available / _GB
    said = f"{free:.1f} of {total:.1f} GB are available, {len(os.sched_getaffinity(0))} cores"
    if free < _MEMORY_LEAST_GB:
        return problem("memory", f"{said}; homesec needs about {_MEMORY_GOOD_GB:.0f} GB: end other programs")
    if free < _MEMORY_GOOD_GB:
        return warning("memory", f"{said}; that is enough for a small model only: end other programs or add memory")
    return ok("memory", said)


def _shared_memory(place: Path) -> Finding:
    try:
        free = shutil.disk_usage(place).free // 2**20
    except OSError as error:
        return warning(str(place), f"cannot be used ({error.strerror}): mount it, or Ray will use the disk, slowly")
    more = "in a container, start it with --shm-size=2g; elsewhere, remount it larger"
    if free < _SHARED_LEAST_MB:
        return problem(str(place), f"{free} MB are free, too few for Ray and PostgreSQL: {more}")
    if free < _SHARED_GOOD_MB:
        return warning(str(place), f"{free} MB are free; Ray will use the disk instead, slowly: {more}")
    return ok(str(place), f"{free} MB are free")


def _watches(settings: Settings, limits: Path) -> Finding:
    if settings.uploads.force_polling:
        return ok("watching", "folders are polled (uploads.force_polling); the kernel's limits don't matter")
    try:
        watches, instances = (int((limits / name).read_text()) for name in ("max_user_watches", "max_user_instances"))
    except (OSError, ValueError):
        return warning("watching", "this kernel reports no changes of files: set uploads.force_polling = true")
    folders = sum(1 for _ in os.walk(settings.cameras_dir))
    said = f"{folders} folders of {watches} that the kernel watches for one user"
    if folders * 2 > watches:
        return warning("watching", f"{said}: sudo sysctl fs.inotify.max_user_watches={max(524_288, folders * 4)}")
    if instances < 16:
        return warning("watching", f"only {instances} watchers a user: sudo sysctl fs.inotify.max_user_instances=128")
    return ok("watching", said)


def _gpus(settings: Settings) -> Iterator[Finding]:
    wanted = settings.detector.device
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        said = f"no NVIDIA GPU can be used ({error})"
        if wanted == "cuda":
            yield problem("GPU", f"{said}, but detector.device is cuda: install the driver, or set it to auto")
        else:
            yield ok("GPU", f"{said}; models run on the processor")
        return
    try:
        driver = pynvml.nvmlSystemGetDriverVersion()
        sizes: list[float] = []
        for number in range(pynvml.nvmlDeviceGetCount()):
            device = pynvml.nvmlDeviceGetHandleByIndex(number)
            memory = pynvml.nvmlDeviceGetMemoryInfo(device)
            name, total, free = pynvml.nvmlDeviceGetName(device), int(memory.total) / _GB, int(memory.free) / _GB
            sizes.append(total)
            yield ok(f"GPU {number}", f"{name}, {free:.1f} of {total:.1f} GB are free, driver {driver}")
    except pynvml.NVMLError as error:
        yield problem("GPU", f"the driver does not answer ({error}): restart the machine, or install the driver again")
        return
    finally:
        pynvml.nvmlShutdown()
    yield from fits(settings, sizes)
    if wanted != "cpu" and (trouble := _torch_trouble()):
        yield problem("GPU", trouble)


def fits(settings: Settings, sizes_gb: list[float]) -> Iterator[Finding]:
    """Whether the shares of detectors and further models find room on these GPUs."""
    detector, enrichment = settings.detector, settings.enrichment
    detects = detector.device != "cpu" and detector.name.partition(":")[0] in ("ultralytics", "transformers")
    needs = [Need(f"detector {detector.name}", detector.gpu_gb, detector.replicas)] if detects else []
    if enrichment.weights and enrichment.device != "cpu":
        needs.append(Need("further models", enrichment.budget_gb + CONTEXT_GB, enrichment.replicas))
    if not needs:
        return
    try:
        shares(needs, sizes_gb)
    except SettingsError as error:
        yield problem("GPU", str(error))
        return
    if detects and detector.gpu_gb <= CONTEXT_GB:
        yield warning("GPU", f"detector.gpu_gb is {detector.gpu_gb:g}, CUDA alone takes {CONTEXT_GB:g}: set it higher")


def _torch_trouble() -> str | None:
    """Why PyTorch cannot use the GPU that the driver knows; None when it can."""
    import torch

    if torch.cuda.is_available():
        return None
    built = getattr(torch.version, "cuda", None)
    if built is None:
        return "this PyTorch was built without CUDA: run `make env` with the locks of the repository"
    return f"PyTorch was built for CUDA {built} and cannot use this driver: install a newer one"
