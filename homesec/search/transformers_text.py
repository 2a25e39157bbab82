"""Text encoders of transformers (MiniLM, E5, BGE, MPNet ...), from files of this machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homesec.errors import ModelUnavailable
from homesec.vision.offline import go_offline

_TOKENS = 256  # of one text; what an event says is shorter


class TransformersText:
    """A loaded encoder. A text is the mean of its tokens' vectors, as in Sentence-BERT (Reimers and Gurevych 2019)."""

    def __init__(self, name: str, model: Any, tokenizer: Any) -> None:
        self.name = name
        self.dimension = int(model.config.hidden_size)
        self._model, self._tokenizer = model, tokenizer

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            inputs = self._tokenizer(
                list(texts), padding=True, truncation=True, max_length=_TOKENS, return_tensors="pt"
            )
            tokens = self._model(**inputs).last_hidden_state
            mask = inputs["attention_mask"].unsqueeze(-1)
            means = (tokens * mask).sum(1) / mask.sum(1).clamp(min=1)
            unit: NDArray[np.float32] = torch.nn.functional.normalize(means, dim=1).float().numpy()
        for row, words in zip(unit, texts, strict=True):
            if not words.strip():
                row[:] = 0
        return unit


def load(name: str, folder: str, models_dir: Path) -> TransformersText:
    """Raises ModelUnavailable when the folder holds no such model."""
    go_offline(models_dir)
    from transformers import AutoModel, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        model = AutoModel.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_safetensors=True
        ).eval()
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(
            f"search.model: {folder} holds no text encoder that can be loaded: put its folder into {models_dir} "
            "(nothing is downloaded by itself)"
        ) from error
    return TransformersText(name, model, tokenizer)
