"""What a GPU says when it fails, in our own words."""

from collections.abc import Iterator
from contextlib import contextmanager

from homesec.errors import HomesecError

_LOST = ("CUDA error", "CUBLAS_STATUS", "CUDNN_STATUS", "cuDNN error", "device-side assert")


class DeviceLost(HomesecError):
    """The GPU reported an error; this process can't use it any more and must be started again."""


class DeviceFull(HomesecError):
    """The pictures do not fit into the model's share of the GPU's memory."""


@contextmanager
def device_errors() -> Iterator[None]:
    """Around everything that runs on the device. Other errors pass unchanged."""
    import torch

    try:
        yield
    except torch.OutOfMemoryError as error:
        torch.cuda.empty_cache()
        raise DeviceFull(f"{DeviceFull.__doc__} {str(error).partition('.')[0]}") from error
    except RuntimeError as error:
        if isinstance(error, torch.AcceleratorError) or any(words in str(error) for words in _LOST):
            raise DeviceLost(f"{DeviceLost.__doc__} {str(error).partition(chr(10))[0]}") from error
        raise
