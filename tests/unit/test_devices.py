import pytest

from homesec.vision.devices import DeviceFull, DeviceLost, device_errors


def test_a_full_gpu_is_told_from_a_lost_one_and_from_other_errors() -> None:
    import torch

    with pytest.raises(DeviceFull, match=r"do not fit .* CUDA out of memory"), device_errors():
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
    for error in (
        torch.AcceleratorError("CUDA error: an illegal memory access was encountered\nmore lines"),
        RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"),
        RuntimeError("CUDA error: device-side assert triggered"),
    ):
        with pytest.raises(DeviceLost, match="must be started again"), device_errors():
            raise error
    with pytest.raises(RuntimeError, match="shape"), device_errors():
        raise RuntimeError("shape '[2]' is invalid for input of size 3")
