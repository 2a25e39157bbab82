"""The worst mistakes as one picture: what the camera saw, what was there (green) and what was said (red)."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.bench.accuracy.expected import seen
from homesec.bench.accuracy.tally import Error
from homesec.sim.view.silhouette import Box
from homesec.sim.world import World

COLUMNS = 4
CELL_W, CELL_H, CAPTION_H, GAP = 400, 225, 40, 3  # px
LEAST_PART = 0.3  # of the frame: a small thing is shown with what surrounds it
AROUND = 2.5  # a large one with so many times its size
TRUE, WRONG, INK, PAPER = (90, 220, 90), (255, 70, 60), (235, 235, 235), (28, 28, 32)  # RGB
_FONT, _LETTERS = cv2.FONT_HERSHEY_SIMPLEX, 0.42


def error_picture(world: World, made_up: Sequence[Error], missed: Sequence[Error]) -> NDArray[np.uint8]:
    """A sheet (h, w, 3) RGB: first what was made up, then what was missed; the worst first."""
    cells = [_cell(world, error) for error in [*made_up, *missed]] or [_empty("no mistakes")]
    cells += [_empty("")] * (-len(cells) % COLUMNS)
    rows = [np.hstack(cells[first : first + COLUMNS]) for first in range(0, len(cells), COLUMNS)]
    return np.vstack(rows)


def save(path: Path, sheet: NDArray[np.uint8]) -> None:
    """As PNG."""
    _, encoded = cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    path.write_bytes(encoded.tobytes())


def _cell(world: World, error: Error) -> NDArray[np.uint8]:
    expected = error.expected
    image = seen(world, *expected.shot)
    part = _part(error.box)
    shown = _cut(image, part)
    for thing in expected.things:
        _outline(shown, thing.box, part, TRUE, 1)
    _outline(shown, error.box, part, WRONG if error.what != "missed" else TRUE, 2)
    local = expected.shot.at.astimezone(world.zone)
    lines = (
        f"{error.kind}: {error.what}",
        f"{expected.shot.camera} {local:%a %d %b %H:%M:%S}, {' '.join(expected.conditions)}",
    )
    return _framed(np.vstack([shown, _caption(lines)]))


def _part(box: Box) -> Box:
    """The part of the frame that is shown, with the frame's proportions and inside it."""
    size = min(1.0, max(LEAST_PART, AROUND * (box[2] - box[0]), AROUND * (box[3] - box[1])))
    x = min(max((box[0] + box[2] - size) / 2, 0.0), 1.0 - size)
    y = min(max((box[1] + box[3] - size) / 2, 0.0), 1.0 - size)
    return x, y, x + size, y + size


def _cut(image: NDArray[np.uint8], part: Box) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    x0, y0, x1, y1 = round(part[0] * width), round(part[1] * height), round(part[2] * width), round(part[3] * height)
    cut = image[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    return np.asarray(cv2.resize(cut, (CELL_W, CELL_H), interpolation=cv2.INTER_CUBIC), np.uint8)


def _outline(shown: NDArray[np.uint8], box: Box, part: Box, colour: tuple[int, int, int], width: int) -> None:
    size = part[2] - part[0]
    corners = [
        (round((x - part[0]) / size * CELL_W), round((y - part[1]) / size * CELL_H)) for x, y in (box[:2], box[2:])
    ]
    cv2.rectangle(shown, corners[0], corners[1], colour, width, cv2.LINE_AA)


def _caption(lines: Sequence[str]) -> NDArray[np.uint8]:
    strip = np.full((CAPTION_H, CELL_W, 3), PAPER, np.uint8)
    for number, line in enumerate(lines):
        cv2.putText(strip, line, (6, 15 + 17 * number), _FONT, _LETTERS, INK, 1, cv2.LINE_AA)
    return strip


def _empty(line: str) -> NDArray[np.uint8]:
    return _framed(np.vstack([np.full((CELL_H, CELL_W, 3), PAPER, np.uint8), _caption((line,))]))


def _framed(cell: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(
        cv2.copyMakeBorder(cell, GAP, GAP, GAP, GAP, cv2.BORDER_CONSTANT, value=[float(part) for part in PAPER]),
        np.uint8,
    )
