"""Clips as cameras record them: MP4 at few pictures a second."""

from collections.abc import Iterable
from datetime import UTC, datetime
from fractions import Fraction
from io import BytesIO

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

FPS = 2  # cameras at home record 5-15; as many as homesec looks at save the time of drawing the others
OPTIONS = {
    "preset": "veryfast",
    "crf": "27",  # quality of H.264, lower is better
    # x264's look ahead with weighted prediction gives other bytes now and then, on one thread too (seen with core 165)
    "x264-params": "weightp=0:mbtree=0:rc-lookahead=0",
}


def clip(images: Iterable[NDArray[np.uint8]], began: datetime) -> bytes:
    """RGB pictures of one size as an MP4 of `FPS` that says when it began; its index stands at its end.

    The same pictures give the same bytes.
    """
    out = BytesIO()
    with av.open(out, "w", format="mp4") as container:
        container.metadata["creation_time"] = f"{began.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        stream: VideoStream | None = None
        for number, image in enumerate(images):
            if stream is None:
                height, width = image.shape[:2]
                stream = container.add_stream("libx264", rate=FPS, options=OPTIONS)
                stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
                stream.codec_context.thread_count = 1
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode(None))
    return out.getvalue()
