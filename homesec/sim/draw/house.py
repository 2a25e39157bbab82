"""What is built: the house, its neighbours, carport, shed, fences, mailbox, as textured rectangles."""

from dataclasses import dataclass

import numpy as np

from homesec.sim.draw.canvas import Surface, Texture
from homesec.sim.draw.texture import Field, boards, bricks, cell, fine, joints, mixed, noise, render, tinted
from homesec.sim.property import Facade
from homesec.sim.values import Colour

EAVES_M = 5.6  # two storeys
RIDGE_M = 8.6
PLOTS: tuple[tuple[float, float, float, float, float, float], ...] = (
    (-24.0, 0.5, 11.5, 9.0, 3.2, 7.0),
    (15.0, 0.0, 12.0, 9.0, 5.4, 8.6),
    (-47.0, -37.0, 12.0, 9.0, 5.4, 8.8),
    (-28.0, -36.0, 11.0, 9.0, 3.2, 7.2),
    (-12.0, -37.0, 12.0, 9.5, 5.4, 8.8),
    (6.5, -36.0, 10.0, 9.0, 5.2, 8.4),
    (23.0, -37.0, 12.0, 9.0, 3.2, 7.2),
    (41.0, -36.0, 11.0, 9.0, 5.4, 8.8),
    (-26.0, 38.0, 12.0, 9.0, 5.4, 8.6),
    (-7.0, 40.0, 11.0, 9.0, 3.2, 7.0),
    (12.0, 39.0, 12.0, 9.0, 5.4, 8.6),
    (-44.0, 1.0, 11.0, 9.0, 5.4, 8.6),
)
"""The houses round about, metres: x0, y0, width, depth, eaves, ridge; left and right, across the street, behind."""


@dataclass(frozen=True)
class Opening:
    """A window or door in a wall: metres along the wall and up."""

    left: float
    right: float
    bottom: float
    top: float
    door: Colour | None = None


def built(facade: Facade) -> list[Surface]:
    """All surfaces of the property and of the houses round it."""
    return [
        *_home(facade),
        *_carport(),
        *_shed(facade),
        *_fences(facade),
        *_mailbox(),
        *_around(facade),
    ]


def wall_texture(material: str, colour: Colour) -> Texture:
    """A wall of render, brick or boards."""

    def texture(x: Field, z: Field, spread: Field) -> Field:
        if material == "brick":
            wall = bricks(x, z, spread, colour)
        elif material == "boards":
            wall = boards(z, spread, colour, 0.16, along=x)
        else:
            wall = render(x, z, spread, colour)
        plinth = np.clip((0.45 - z) / 0.02, 0, 1)
        return mixed(wall, tinted((122, 118, 114), 1 + 0.05 * noise(x, z, 1.0)), plinth.astype(np.float32))

    return texture


def _home(facade: Facade) -> list[Surface]:
    front = (
        Opening(5.0, 6.0, 0.1, 2.15, facade.door),
        Opening(8.5, 10.5, 0.9, 2.2),
        Opening(1.2, 3.0, 0.9, 2.2),
        Opening(1.4, 2.8, 3.5, 4.8),
        Opening(4.8, 6.2, 3.5, 4.8),
        Opening(8.8, 10.2, 3.5, 4.8),
    )
    back = (
        Opening(4.0, 4.0 + 1.0, 0.05, 2.1, (232, 230, 226)),
        Opening(7.0, 9.0, 0.9, 2.1),
        Opening(1.2, 2.2, 1.3, 2.1),
        Opening(1.6, 3.0, 3.5, 4.8),
        Opening(7.4, 8.8, 3.5, 4.8),
    )
    wall = wall_texture(facade.wall_material, facade.wall)
    surfaces = _block(-6.0, 0.0, 6.0, 9.0, EAVES_M, RIDGE_M, wall, facade.roof)
    surfaces += _openings(front, (-6.0, 0.0), (1.0, 0.0), facade.trim, 1)
    surfaces += _openings(back, (6.0, 9.0), (-1.0, 0.0), facade.trim, 11)
    return surfaces


def _block(
    x0: float, y0: float, x1: float, y1: float, eaves: float, ridge: float, wall: Texture, roof: Colour
) -> list[Surface]:
    # Four walls, two gables and a roof whose ridge runs along x.
    def gable(x: Field, z: Field, spread: Field) -> Field:
        depth = y1 - y0
        inside = z < (1 - np.abs(x / depth * 2 - 1)) * (ridge - eaves)
        return np.concatenate([wall(x, z + 5, spread), inside[..., None].astype(np.float32)], axis=-1)

    middle, over = (y0 + y1) / 2, 0.4
    rise = (ridge - eaves) / (middle - y0) * over
    tiles = _tiles(roof)
    width, depth = x1 - x0, y1 - y0
    slope = (0.0, middle - y0 + over, ridge - eaves + rise)
    return [
        Surface((x0, y0, 0), (width, 0, 0), (0, 0, eaves), wall),
        Surface((x1, y1, 0), (-width, 0, 0), (0, 0, eaves), wall),
        Surface((x0, y1, 0), (0, -depth, 0), (0, 0, eaves), wall),
        Surface((x1, y0, 0), (0, depth, 0), (0, 0, eaves), wall),
        Surface((x0, y0, eaves), (0, depth, 0), (0, 0, ridge - eaves), gable),
        Surface((x1, y0, eaves), (0, depth, 0), (0, 0, ridge - eaves), gable),
        Surface((x0 - over, y0 - over, eaves - rise), (width + 2 * over, 0, 0), slope, tiles),
        Surface((x0 - over, y1 + over, eaves - rise), (width + 2 * over, 0, 0), (0, -slope[1], slope[2]), tiles),
    ]


def _tiles(colour: Colour) -> Texture:
    def texture(x: Field, up: Field, spread: Field) -> Field:
        row = np.floor(up / 0.33).astype(np.int64)
        shadow = joints(up, 0.33, 0.05, spread) * 0.35 + joints(x, 0.25, 0.02, spread) * 0.2
        tone = 0.1 * cell(x, 0.25, row) * fine(spread, 0.3)
        return tinted(colour, (1 + tone + 0.06 * noise(x, up, 7.0)) * (1 - shadow))

    return texture


def _openings(
    openings: tuple[Opening, ...], start: tuple[float, float], along: tuple[float, float], trim: Colour, first: int
) -> list[Surface]:
    surfaces = []
    outward = (along[1] * 0.03, -along[0] * 0.03)
    for number, opening in enumerate(openings):
        corner = (
            start[0] + along[0] * opening.left + outward[0],
            start[1] + along[1] * opening.left + outward[1],
            opening.bottom,
        )
        width, height = opening.right - opening.left, opening.top - opening.bottom
        texture = _door(width, height, opening.door, trim) if opening.door else _window(width, height, trim)
        glow = 0 if opening.door else first + number
        across = (along[0] * width, along[1] * width, 0.0)
        surfaces.append(Surface(corner, across, (0, 0, height), texture, glow=glow))
    return surfaces


def _window(width: float, height: float, trim: Colour) -> Texture:
    def texture(x: Field, z: Field, spread: Field) -> Field:
        frame = (x < 0.09) | (x > width - 0.09) | (z < 0.09) | (z > height - 0.09) | (np.abs(x - width / 2) < 0.035)
        curtain = (x < width * 0.22) | (x > width * 0.78)
        folds = 0.75 + 0.12 * np.sin(x * 55)
        glass = tinted((74, 90, 104), 0.75 + 0.5 * z / height + 0.08 * noise(x, z, 2.0))
        glass = mixed(glass, tinted((196, 190, 178), folds.astype(np.float32)), np.where(curtain, 0.55, 0.0))
        colour = mixed(glass, tinted(trim, np.ones_like(x)), frame.astype(np.float32))
        return np.where((z < 0.05)[..., None], colour * np.float32(0.8), colour)

    return texture


def _door(width: float, height: float, colour: Colour, trim: Colour) -> Texture:
    def texture(x: Field, z: Field, spread: Field) -> Field:
        frame = (x < 0.06) | (x > width - 0.06) | (z > height - 0.06)
        leaf = tinted(colour, 1 + 0.05 * noise(x, z, 1.2))
        panels = (np.abs(np.mod(x - 0.06, 0.44) - 0.22) < 0.15) & (np.abs(np.mod(z, 0.95) - 0.5) < 0.33)
        edge = (np.abs(np.mod(x - 0.06, 0.44) - 0.22) < 0.17) & (np.abs(np.mod(z, 0.95) - 0.5) < 0.35) & ~panels
        leaf = leaf * (1 - 0.3 * edge - 0.07 * panels)[..., None].astype(np.float32)
        pane = (np.abs(x - width / 2) < 0.22) & (z > height - 0.5) & (z < height - 0.18)
        leaf = mixed(leaf, tinted((90, 104, 112), np.ones_like(x)), pane.astype(np.float32))
        knob = np.hypot(x - width + 0.15, z - 1.0) < 0.045
        leaf = np.where(knob[..., None], np.float32(205), leaf)
        return mixed(leaf, tinted(trim, np.ones_like(x)), frame.astype(np.float32))

    return texture


def _box(
    x0: float, y0: float, z0: float, x1: float, y1: float, z1: float, texture: Texture, top: Texture | None = None
) -> list[Surface]:
    width, depth, height = x1 - x0, y1 - y0, z1 - z0
    return [
        Surface((x0, y0, z0), (width, 0, 0), (0, 0, height), texture),
        Surface((x1, y1, z0), (-width, 0, 0), (0, 0, height), texture),
        Surface((x0, y1, z0), (0, -depth, 0), (0, 0, height), texture),
        Surface((x1, y0, z0), (0, depth, 0), (0, 0, height), texture),
        Surface((x0, y0, z1), (width, 0, 0), (0, depth, 0), top or texture),
    ]


def _plain(colour: Colour) -> Texture:
    return lambda x, z, spread: tinted(colour, 1 + 0.03 * noise(x, z, 1.3))


def _carport() -> list[Surface]:
    wood = _plain((112, 88, 66))
    surfaces = _box(6.1, 0.1, 2.6, 11.9, 6.1, 2.78, wood, _plain((126, 124, 122)))
    for x in (6.3, 11.6):
        for y in (0.3, 5.8):
            surfaces += _box(x, y, 0.0, x + 0.14, y + 0.14, 2.6, wood)
    return surfaces


def _shed(facade: Facade) -> list[Surface]:
    def planks(x: Field, z: Field, spread: Field) -> Field:
        return boards(x, spread, (124, 92, 66), 0.14, along=z)

    surfaces = _block(8.0, 22.0, 11.0, 25.0, 2.1, 2.9, planks, (92, 90, 90))
    door = Opening(1.0, 1.9, 0.05, 1.9, (98, 74, 54))
    return surfaces + _openings((door,), (8.0, 22.0), (1.0, 0.0), (110, 84, 62), 0)


def _fences(facade: Facade) -> list[Surface]:
    def planks(x: Field, z: Field, spread: Field) -> Field:
        wood = boards(x, spread, facade.fence, 0.14, along=z)
        post = np.abs(np.mod(x + 1.0, 2.0) - 1.0) < 0.05
        rail = np.abs(z - 1.76) < 0.045
        return np.where((post | rail)[..., None], wood * np.float32(0.78), wood)

    height = (0.0, 0.0, 1.8)
    runs = (
        ((-9.0, 0.0), (0.0, 26.0)),
        ((-9.0, 26.0), (21.0, 0.0)),
        ((12.0, 6.0), (0.0, 20.0)),
        ((6.0, 6.0), (3.0, 0.0)),
        ((9.0, 9.0), (3.0, 0.0)),
        ((9.0, 6.0), (0.0, 3.0)),
        ((-9.0, 0.0), (3.0, 0.0)),
    )
    return [Surface((x, y, 0.0), (dx, dy, 0.0), height, planks) for (x, y), (dx, dy) in runs]


def _mailbox() -> list[Surface]:
    post = _box(-2.05, -9.65, 0.0, -1.95, -9.55, 1.0, _plain((104, 82, 62)))
    return post + _box(-2.25, -9.75, 0.95, -1.75, -9.45, 1.3, _plain((52, 74, 104)), _plain((70, 92, 122)))


def _around(facade: Facade) -> list[Surface]:
    surfaces: list[Surface] = []
    roofs: tuple[Colour, ...] = ((124, 66, 52), (88, 84, 84), (104, 78, 64))
    for index, (x0, y0, width, depth, eaves, ridge) in enumerate(PLOTS):
        colour = facade.neighbours[index % len(facade.neighbours)]
        wall = wall_texture("brick" if colour[0] - colour[2] > 80 else "render", colour)
        surfaces += _block(x0, y0, x0 + width, y0 + depth, eaves, ridge, wall, roofs[index % len(roofs)])
        floors = (0.9, 3.4) if eaves > 4 else (0.9,)
        spots = [
            Opening(left, left + 1.5, z, z + 1.3) for z in floors for left in np.arange(1.0, width - 2.0, width / 3.6)
        ]
        spots[1] = Opening(width / 2 - 0.5, width / 2 + 0.5, 0.1, 2.1, (96, 62, 48))
        # Those across the street turn their front to us in the north, the others to the south.
        start, along = ((x0 + width, y0 + depth), (-1.0, 0.0)) if y0 < 0 else ((x0, y0), (1.0, 0.0))
        surfaces += _openings(tuple(spots), start, along, facade.trim, 21 + 12 * index)
    return surfaces
