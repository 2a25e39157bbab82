"""Faces through OpenCV: YuNet finds them (Wu and others 2023), SFace tells them apart (Zhong and others 2021)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.domain.insights import Embedding, Face, Insight
from homesec.errors import ModelUnavailable
from homesec.vision.zoo.crop import Crop, Image
from homesec.vision.zoo.embeddings import unit

LEAST_SCORE, OVERLAP, MOST = 0.7, 0.3, 50
UPPER = 0.6  # of the crop: a face below belongs to somebody else, or is a picture on a shirt
GOOD_PX = 80.0  # across a face, from which SFace has all it needs; its input is 112 pixels with the hair
LEAST_PX = 16.0  # smaller faces are as good as none
SHARP = 60.0  # variance of the Laplacian of an aligned face that is not blurred
_ALIGNED_PX = 112
# Of an aligned face, rows and columns: skin under the eyes and on the nose, and round the mouth.
_CHEEKS, _MOUTH = (slice(56, 72), slice(38, 74)), (slice(82, 104), slice(38, 74))
_OTHER_COLOUR = 16.0  # distance in the colour planes of YCrCb from which the mouth is not of the cheeks' skin
_OTHER_LIGHT = 70.0  # and in brightness: black masks


class Faces:
    """Loaded finder and, if there is one, comparer. The largest face in the upper part of a person's crop is theirs."""

    def __init__(self, finder: Any, comparer: Any, name: str) -> None:
        self._finder, self._comparer, self._name = finder, comparer, name

    def say(self, crops: Sequence[Crop]) -> list[Insight]:
        return [Insight(crop.sight.detection_id, face=self._face(crop)) for crop in crops]

    def _face(self, crop: Crop) -> Face | None:
        picture = np.ascontiguousarray(crop.image[..., ::-1])  # OpenCV's order
        height, width = picture.shape[:2]
        rows = self.found(picture)
        found = rows[(rows[:, 1] + rows[:, 3] / 2 < UPPER * height) & (rows[:, 2:4].min(axis=1) >= LEAST_PX)]
        if not len(found):
            return None
        best = max(found, key=lambda row: float(row[2] * row[3]))
        x, y, w, h = (float(number) for number in best[:4])
        box = crop.in_frame((x / width, y / height, (x + w) / width, (y + h) / height))
        if box is None:
            return None
        aligned = self._aligned(picture, best)
        hidden = covered(aligned)
        embedding = None
        if self._comparer is not None and not hidden:
            embedding = Embedding(self._name, unit(np.asarray(self._comparer.feature(aligned)).reshape(-1)))
        return Face(box, hidden, quality(float(best[14]), min(w, h), aligned), embedding)

    def found(self, picture: Image) -> NDArray[np.float32]:
        """One row of 15 numbers a face: left, top, width, height, five points, score; pixels of a BGR picture."""
        self._finder.setInputSize((picture.shape[1], picture.shape[0]))
        _, rows = self._finder.detect(picture)
        return np.zeros((0, 15), np.float32) if rows is None else np.asarray(rows, np.float32)

    def _aligned(self, picture: Image, row: NDArray[np.float32]) -> Image:
        """The face upright, eyes and mouth at the places that SFace wants, 112 x 112 BGR."""
        points, places = row[4:14].reshape(5, 2), _PLACES
        moved, _ = cv2.estimateAffinePartial2D(points, places, method=cv2.LMEDS)
        if moved is None:
            x, y, w, h = (round(float(number)) for number in row[:4])
            part = picture[max(y, 0) : y + h, max(x, 0) : x + w]
            return np.asarray(cv2.resize(part, (_ALIGNED_PX, _ALIGNED_PX)), np.uint8)
        return np.asarray(cv2.warpAffine(picture, moved, (_ALIGNED_PX, _ALIGNED_PX)), np.uint8)


# Right eye, left eye, nose, right and left corner of the mouth in the 112 x 112 pixels that ArcFace made the custom.
_PLACES = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]], np.float32
)


def covered(aligned: Image) -> bool:
    """Whether a mask or a scarf hides the mouth: it has another colour than the skin under the eyes, or is much darker.

    A rule of thumb, and blind to what has the colour of skin.
    """
    planes = cv2.cvtColor(aligned, cv2.COLOR_BGR2YCrCb).astype(np.float32)
    cheeks, mouth = (np.median(planes[part].reshape(-1, 3), axis=0) for part in (_CHEEKS, _MOUTH))
    return bool(np.hypot(*(cheeks - mouth)[1:]) > _OTHER_COLOUR or abs(cheeks[0] - mouth[0]) > _OTHER_LIGHT)


def quality(score: float, size_px: float, aligned: Image) -> float:
    """0..1: how well a face can be told from others, from how sure it is one, its size and its sharpness."""
    blur = float(cv2.Laplacian(cv2.cvtColor(aligned, cv2.COLOR_BGR2GRAY), cv2.CV_64F).var())
    sharpness: float = min(blur / SHARP, 1.0) ** 0.5
    return round(min(max(score, 0.0), 1.0) * min(size_px / GOOD_PX, 1.0) * sharpness, 3)


def load(finder: Path, comparer: Path | None, name: str) -> Faces:
    """Raises ModelUnavailable when OpenCV cannot read or run a file."""
    try:
        detector = cv2.FaceDetectorYN.create(str(finder), "", (64, 64), LEAST_SCORE, OVERLAP, MOST)
        recogniser = None if comparer is None else cv2.FaceRecognizerSF.create(str(comparer), "")
        faces = Faces(detector, recogniser, name)
        faces.found(np.zeros((64, 64, 3), np.uint8))
        if recogniser is not None:
            recogniser.feature(np.zeros((_ALIGNED_PX, _ALIGNED_PX, 3), np.uint8))
    except cv2.error as error:
        reason = str(error.err).strip()
        raise ModelUnavailable(f"{name}: OpenCV cannot run the files as YuNet and SFace: {reason}") from error
    return faces
