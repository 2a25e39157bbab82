"""Models for search by meaning, and the name in the settings that means each."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from homesec.domain.insights import Embedding
from homesec.errors import ModelUnavailable
from homesec.search import fakes, transformers_text
from homesec.settings import SearchSettings
from homesec.vision.shares import use_threads
from homesec.vision.weights import model_folder

NAMES = "none, transformers:<folder or name>"


class TextModel(Protocol):
    """A loaded model that turns text into vectors. Used by one thread at a time."""

    name: str
    """Stands beside every vector that it makes."""
    dimension: int

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, shape (n, dimension), each of unit length; all zero for a text that says nothing."""
        ...


@dataclass(frozen=True)
class TextModelSpec:
    """A model before it is loaded."""

    name: str
    load: Callable[[], TextModel]
    """Raises ModelUnavailable in words a user understands."""
    stand_in: str | None = None


def text_model(settings: SearchSettings, models_dir: Path) -> TextModelSpec | None:
    """The model that `settings.model` means; None when none is wanted. Raises ModelUnavailable for an unknown name."""
    match settings.model.split(":", 1):
        case ["none"]:
            return None
        case ["fake", "hash-words"]:
            return TextModelSpec(settings.model, fakes.HashWords, fakes.STAND_IN)
        case ["transformers", name] if name:
            return TextModelSpec(settings.model, lambda: _transformers(settings.model, name, models_dir))
        case _:
            raise ModelUnavailable(f"there is no model {settings.model!r}; search.model is one of: {NAMES}")


def embedding(model: TextModel, words: str) -> Embedding | None:
    """What somebody asks for as a vector; None when it says nothing."""
    [values] = model.embed([words])
    return Embedding(model.name, values) if values.any() else None


def _transformers(name: str, folder: str, models_dir: Path) -> TextModel:
    use_threads(2, len(os.sched_getaffinity(0)))  # the detectors have the other half of the cores
    return transformers_text.load(name, model_folder(folder, models_dir), models_dir)
