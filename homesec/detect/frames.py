"""From what a model says about a frame to what is stored of it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.domain.camera_settings import CameraSettings
from homesec.media.pictures import thumbnail
from homesec.store.writes.detections import SeenFrame, SeenObject
from homesec.vision.detections import Detections

THUMBNAIL_PX = 480  # longest side
LAST_PICTURE_PX = 960


def seen_objects(found: Detections, settings: CameraSettings) -> tuple[SeenObject, ...]:
    """One value for each detection, best first, with the reason why it does not count, if it does not."""
    boxes = np.round(found.xyxy.astype(np.float64), 5).tolist()  # a hundredth of a pixel at 1000 pixels
    confidences = np.round(found.confidence.astype(np.float64), 4).tolist()
    vectors = [None] * len(found) if found.appearance is None else [row.tobytes() for row in found.appearance]
    return tuple(
        SeenObject(name, confidence, x1, y1, x2, y2, settings.exclusion(name, confidence), vector)
        for name, confidence, (x1, y1, x2, y2), vector in zip(found.classes, confidences, boxes, vectors, strict=True)
    )


def counts(frame: SeenFrame) -> bool:
    """Whether anything in it counts: then it gets a thumbnail."""
    return any(seen.excluded_because is None for seen in frame.objects)


def thumbnail_name(upload_id: int, frame_no: int) -> str:
    """Where in the media folder; a thousand uploads share a folder."""
    return f"thumbs/{upload_id // 1000}/{upload_id}_{frame_no}.jpg"


def last_picture_name(camera_id: str) -> str:
    return f"last/{camera_id}.jpg"


def thumbnail_of(image: NDArray[np.uint8]) -> bytes:
    return thumbnail(image, THUMBNAIL_PX)


def reduced(image: NDArray[np.uint8], longest_px: int) -> NDArray[np.uint8]:
    """The image, or a smaller one when it is at least twice as large as needed: frames of clips wait in memory."""
    height, width = image.shape[:2]
    part = max(height, width) // longest_px
    if part < 2:
        return image
    size = (max(1, width // part), max(1, height // part))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
