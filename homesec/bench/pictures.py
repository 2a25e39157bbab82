"""Pictures for benches: photographs in a camera's size, each with bytes of its own."""

import io
import itertools
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageEnhance

from homesec.errors import Unavailable

SIZE = (1920, 1080)
_NAMES = ("bus.jpg", "zidane.jpg")
_VARIETY = 6  # pictures made of each photograph
_COMMENT = b"\xff\xfe"  # JPEG marker of a comment


def photographs(size: tuple[int, int] = SIZE) -> list[bytes]:
    """A dozen JPEGs: two real scenes in different crops and light. Raises Unavailable."""
    folder = _assets()
    made = []
    for name in _NAMES:
        with Image.open(folder / name) as file:
            scene = file.convert("RGB")
        for number in range(_VARIETY):
            made.append(_variant(scene, number, size))
    return made


def small_picture() -> bytes:
    """A JPEG that takes no time to decode."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 90)).save(buffer, "JPEG")
    return buffer.getvalue()


def distinct(pictures: Sequence[bytes], seed: str) -> Iterator[bytes]:
    """The pictures again and again, each time with other bytes: the number stands in a comment of the JPEG."""
    for number in itertools.count():
        picture = pictures[number % len(pictures)]
        text = f"{seed}/{number}".encode()
        comment = _COMMENT + (len(text) + 2).to_bytes(2, "big") + text
        yield picture[:2] + comment + picture[2:]


def names(start: datetime, step: timedelta) -> Iterator[str]:
    """File names as cameras give them: the capture time."""
    for number in itertools.count():
        yield f"{start + number * step:%Y%m%d_%H%M%S}.jpg"


def _variant(scene: Image.Image, number: int, size: tuple[int, int]) -> bytes:
    """Another part of the scene, in other light."""
    width, height = scene.size
    margin = 0.04 * number
    box = (width * margin / 2, height * margin, width * (1 - margin / 2), height * (1 - margin / 2))
    part = scene.resize(size, Image.Resampling.BICUBIC, box)
    light = ImageEnhance.Brightness(part).enhance(0.85 + 0.06 * number)
    buffer = io.BytesIO()
    light.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _assets() -> Path:
    """The folder of the photographs that ultralytics ships; found without importing that large library."""
    found = find_spec("ultralytics")
    for place in [] if found is None else list(found.submodule_search_locations or []):
        folder = Path(place) / "assets"
        if all((folder / name).is_file() for name in _NAMES):
            return folder
    raise Unavailable("this bench needs the photographs that ultralytics ships; install ultralytics")
