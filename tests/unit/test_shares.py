import pytest
from hypothesis import given
from hypothesis import strategies as st

from homesec.errors import SettingsError
from homesec.vision.shares import Need, chosen_device, memory_fraction, share, shares


@pytest.mark.parametrize(
    ("gpu_gb", "device_gb", "expected"),
    [
        (2, 8, 0.25),  # even
        (2, 7.9, 0.26),  # rounded up: never less than what was asked for
        (0.04, 80, 0.01),  # never nothing
        (8, 8, 1.0),
        (0.7, 7, 0.1),  # 0.7 / 7 is 0.09999999999999999 in floats, and 10.0 after * 100
        (1.1, 11, 0.1),  # 1.1 / 11 * 100 is 10.000000000000002
    ],
)
def test_a_share_is_rounded_up_to_a_hundredth(gpu_gb: float, device_gb: float, expected: float) -> None:
    assert share(gpu_gb, device_gb) == expected


@given(st.floats(0.01, 80), st.floats(0.1, 80))
def test_a_share_covers_the_need_and_never_exceeds_one_device(gpu_gb: float, device_gb: float) -> None:
    if gpu_gb > device_gb * 1.0001:
        with pytest.raises(SettingsError):
            share(gpu_gb, device_gb)
    elif gpu_gb <= device_gb:
        part = share(gpu_gb, device_gb)
        assert 0.01 <= part <= 1
        assert part * device_gb >= gpu_gb * 0.9999
        assert round(part * 100) == pytest.approx(part * 100)


def test_a_model_that_fits_on_no_gpu_is_refused_in_words() -> None:
    with pytest.raises(SettingsError, match=r"needs 12 GB does not fit on a GPU of 8 GB: set detector\.gpu_gb lower"):
        share(12, 8)


def test_shares_of_one_device_never_exceed_it() -> None:
    assert shares([Need("detector", 2, 4)], [8]) == {"detector": 0.25}
    with pytest.raises(SettingsError, match=r"detector: 5 of 2 GB each do not fit on 1 GPU.* \(4 do\)"):
        shares([Need("detector", 2, 5)], [8])


def test_parts_of_two_devices_do_not_make_one() -> None:
    # 0.6 twice needs two devices, a third has no room although 0.8 of a device are free in sum
    assert shares([Need("detector", 6, 2)], [10, 10]) == {"detector": 0.6}
    with pytest.raises(SettingsError, match="do not fit"):
        shares([Need("detector", 6, 3)], [10, 10])


def test_several_models_share_a_device() -> None:
    found = shares([Need("detector", 2, 2), Need("faces", 1), Need("language", 4.4)], [10])
    assert found == {"detector": 0.2, "faces": 0.1, "language": 0.44}
    with pytest.raises(SettingsError, match="faces: 2 of 1 GB"):
        shares([Need("detector", 2, 2), Need("faces", 1, 2), Need("language", 4.4)], [10])


def test_of_unequal_devices_the_smallest_counts() -> None:
    assert shares([Need("detector", 2)], [8, 24]) == {"detector": 0.25}


def test_without_a_gpu_shares_are_refused() -> None:
    with pytest.raises(SettingsError, match="there is no GPU"):
        shares([Need("detector", 2)], [])


@pytest.mark.parametrize(
    ("wanted", "gpus", "cuda", "device"),
    [
        ("auto", 0, False, "cpu"),
        ("auto", 1, True, "cuda"),
        ("auto", 1, False, "cpu"),  # a scheduler that was told of a GPU that is not there
        ("auto", 0, True, "cpu"),  # a GPU the scheduler does not share out
        ("cpu", 2, True, "cpu"),
        ("cuda", 1, True, "cuda"),
    ],
)
def test_the_device_is_a_gpu_only_when_scheduler_and_library_agree(
    wanted: str, gpus: float, cuda: bool, device: str
) -> None:
    assert chosen_device(wanted, gpus, cuda) == device  # type: ignore[arg-type]


@pytest.mark.parametrize(("gpus", "cuda"), [(0, True), (1, False)])
def test_a_demanded_gpu_that_is_not_there_is_an_error(gpus: float, cuda: bool) -> None:
    with pytest.raises(SettingsError, match="set it to auto or cpu"):
        chosen_device("cuda", gpus, cuda)


def test_pytorch_gets_what_cuda_itself_leaves_of_the_share() -> None:
    assert memory_fraction(0.25, 8) == pytest.approx(0.1875)
    assert memory_fraction(0.01, 8) == 0.01
