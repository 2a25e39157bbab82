"""Small networks, built once for all tests here."""

from pathlib import Path

import pytest

from tests.zoo import nets


@pytest.fixture(scope="session")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with a small network of each architecture of transformers."""
    folder = tmp_path_factory.mktemp("models")
    nets.build(folder)
    return folder


@pytest.fixture(scope="session")
def yolos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with weights of ultralytics."""
    folder = tmp_path_factory.mktemp("yolos")
    nets.build_yolo(folder)
    return folder
