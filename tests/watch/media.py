"""Real pictures and clips to upload."""

import io
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image
from ultralytics.utils import ASSETS


@cache
def bus() -> bytes:
    """A photograph of a street with people."""
    return bytes((ASSETS / "bus.jpg").read_bytes())


def picture(form: str = "JPEG", seed: int = 0, size: tuple[int, int] = (96, 64), **given: Any) -> bytes:
    """A picture that no other seed gives."""
    noise = np.random.default_rng(seed).integers(0, 255, (size[1] // 8, size[0] // 8, 3), np.uint8)
    data = io.BytesIO()
    Image.fromarray(noise).resize(size).save(data, form, **given)
    return data.getvalue()


def clip(
    path: Path,
    form: str = "mp4",
    codec: str = "libx264",
    seconds: float = 4.0,
    rate: int = 10,
    created: str | None = None,
    sound_only: bool = False,
    **options: str,
) -> Path:
    """A clip whose frames brighten by two a frame."""
    with av.open(str(path), "w", format=form, options=options) as container:
        if created:
            container.metadata["creation_time"] = created
        if sound_only:
            sound = container.add_stream("aac", rate=16000)
            samples = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.float32), format="fltp", layout="mono")
            samples.sample_rate = 16000
            container.mux(sound.encode(samples))
            container.mux(sound.encode())
            return path
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height = 160, 120
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.gop_size = 12
        for number in range(round(seconds * rate)):
            frame = av.VideoFrame.from_ndarray(np.full((120, 160, 3), min(255, 2 * number), np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
