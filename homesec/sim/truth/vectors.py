"""Vectors as a re-identification net and a face net would give them, from who it is and noise, without a picture.

A third of the noise is common to all that one camera sees of somebody within some minutes: light, direction, bearing.
Of all persons whom the cameras of a household see in a week, a picture every 20 s, two single vectors of different
sightings are told apart with an equal error rate of 3.9 % (seed 1) and 2.5 % (seed 2); `homesec bench accuracy --part
identity` measures it.
"""

from datetime import datetime
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from homesec.domain.identity import unit
from homesec.domain.insights import Embedding

REID, FACE = "sim-oracle-reid", "sim-oracle-face"
SIZE = 128
NOISE = 1.25  # its length, where the vector of who it is has length 1, of somebody who is seen well
POORER = 1.3  # so much longer when next to nothing is seen
SHARED = 0.3  # of the noise's energy
SIGHTING_S = 600  # what is common lasts so long
SILENT = 0.1, 1.3  # chance of a vector: of what is not seen, and more with all of the clarity


def vector(seed: int, model: str, thing: str, camera: str, at: datetime, clear: float) -> Embedding | None:
    """What the model makes of a thing; None of what it cannot make anything of. `clear`: how well it is seen, 0..1."""
    milliseconds = int(at.timestamp() * 1000)
    rng = np.random.default_rng([seed, crc32(f"{model} {thing} {camera}".encode()), milliseconds])
    if rng.random() > SILENT[0] + SILENT[1] * clear:
        return None
    sighting = _direction(f"{model} {seed} {thing} {camera} {milliseconds // 1000 // SIGHTING_S}")
    own = rng.standard_normal(SIZE) / np.sqrt(SIZE)
    noise = np.sqrt(SHARED) * sighting + np.sqrt(1.0 - SHARED) * own
    length = NOISE * (1.0 + (POORER - 1.0) * (1.0 - clear))
    return Embedding(model, unit(_direction(f"{model} {seed} {thing}") + length * noise))


@lru_cache(maxsize=4096)
def _direction(name: str) -> NDArray[np.float64]:
    """Of length 1, nearly; the same for the same name."""
    drawn: NDArray[np.float64] = np.random.default_rng(crc32(name.encode())).standard_normal(SIZE) / np.sqrt(SIZE)
    return drawn
