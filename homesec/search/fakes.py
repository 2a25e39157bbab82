"""A model for tests and demonstrations, which health says is none."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

STAND_IN = "Search by meaning runs a fake for tests and demonstrations: it compares words, not their meaning."

_WORD = re.compile(r"\w+")


class HashWords:
    """Bags of words: each word, without its ending, counts in a place of the vector that follows from its hash.

    Texts are alike when they share words; nothing else is known of them.
    """

    name = "fake:hash-words"
    dimension = 128

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, words in zip(rows, texts, strict=True):
            for word in _WORD.findall(words.lower()):
                number = int.from_bytes(hashlib.blake2b(word[:5].encode(), digest_size=4).digest())
                row[number % self.dimension] += 1 if number & 2**31 else -1
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: NDArray[np.float32] = rows / np.maximum(lengths, 1e-9)
        return unit
