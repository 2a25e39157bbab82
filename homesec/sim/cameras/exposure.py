"""The bytes of an upload: its picture or clip drawn, encoded, and broken where the world breaks it."""

from datetime import timedelta
from zlib import crc32

import numpy as np

from homesec.sim.cameras.camera_habits import habits
from homesec.sim.cameras.clip import FPS, clip
from homesec.sim.cameras.uploads import Upload
from homesec.sim.draw.picture import encode, picture
from homesec.sim.world import World

WIDTH, HEIGHT = 640, 360
SURVIVES = (0.3, 0.8)  # of a truncated upload so large a share arrives


def exposed(world: World, upload: Upload, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """What the camera sends. The same world and upload give the same bytes; of one that comes twice, both times."""
    whole = _clip(world, upload, width, height) if upload.kind == "clip" else _picture(world, upload, width, height)
    if not upload.is_broken:
        return whole
    low, high = SURVIVES
    share = low + (high - low) * (crc32(upload.name.encode()) % 1000) / 1000
    return whole[: int(len(whole) * share)]


def _picture(world: World, upload: Upload, width: int, height: int) -> bytes:
    camera = world.property.camera(upload.camera)
    image = picture(world.property, camera, world.at(upload.captured_at), width, height, upload.stamp)
    match habits(upload.camera).clock:
        case "exif":
            return encode(image, exif_time=upload.stamp)
        case "exif local":
            return encode(image, exif_time=upload.stamp.replace(tzinfo=None))
        case _:
            return encode(image)


def _clip(world: World, upload: Upload, width: int, height: int) -> bytes:
    camera = world.property.camera(upload.camera)
    steps = (timedelta(seconds=float(step)) for step in np.arange(0.0, upload.lasts_s, 1 / FPS))
    images = (
        picture(world.property, camera, world.at(upload.captured_at + step), width, height, upload.stamp + step)
        for step in steps
    )
    return clip(images, upload.stamp)
