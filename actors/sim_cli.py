"""`homesec sim`: the simulated household looked at, without a running system."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from homesec.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from homesec.sim.world import World

TIMEZONE = "Europe/Berlin"

sim = typer.Typer(help="The simulated household: its truth and its pictures.", no_args_is_help=True)

Seed = Annotated[int, typer.Option(min=0, help="From which everything follows.")]
Camera = Annotated[str, typer.Argument(help="front_door, driveway, back_yard or street_side.")]
Image = Annotated[Path, typer.Argument(help="PNG or JPEG to write.")]


@sim.command()
def truth(
    seed: Seed = 1,
    day: Annotated[str | None, typer.Option("--date", help="Local day, as 2026-06-10; default: today.")] = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 366, help="From its midnight on.")] = 24.0,
    step: Annotated[float, typer.Option(min=0.1, help="Seconds from frame to frame while something moves.")] = 1.0,
    camera: Annotated[str | None, typer.Option(help="Only what this camera sees.")] = None,
) -> None:
    """All stories, then what is in every frame, as JSON lines."""
    from homesec.sim.truth.frames import truth_lines

    world = _world(seed, _day(day), hours)
    if camera is not None:
        _check_camera(world, camera)
    for line in truth_lines(world, step):
        if camera is None or _is_about(json.loads(line), camera):
            print(line)


@sim.command()
def picture(
    camera: Camera,
    file: Image,
    seed: Seed = 1,
    at: Annotated[str | None, typer.Option(help="Local time, as 2026-06-10T10:30; default: now.")] = None,
    width: Annotated[int, typer.Option(min=32, max=7680)] = 640,
    height: Annotated[int, typer.Option(min=18, max=4320)] = 360,
) -> None:
    """What a camera sees at a moment."""
    from homesec.sim.draw.picture import picture as drawn

    when = _moment(at)
    world = _world(seed, when.date(), 24.0)
    _check_camera(world, camera)
    _save(file, drawn(world.property, world.property.camera(camera), world.at(when), width, height))


@sim.command()
def sheet(
    file: Image, seed: Seed = 1, width: Annotated[int, typer.Option(min=80, max=1920, help="Of one picture.")] = 320
) -> None:
    """All cameras in all conditions on one sheet."""
    from homesec.sim.draw.contact_sheet import contact_sheet
    from homesec.sim.property import household

    _save(file, contact_sheet(household(seed, TIMEZONE), width=width, height=width * 9 // 16))


def _is_about(row: dict[str, object], camera: str) -> bool:
    return row.get("camera") == camera or (isinstance(seen := row.get("cameras"), list) and camera in seen)


def _world(seed: int, day: date, hours: float) -> "World":
    from homesec.sim.world import World

    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(TIMEZONE))
    return World(seed, start, start + timedelta(hours=hours), TIMEZONE)


def _day(words: str | None) -> date:
    if words is None:
        return datetime.now(ZoneInfo(TIMEZONE)).date()
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise InvalidInput(f"date: {words} is no day such as 2026-06-10") from error


def _moment(words: str | None) -> datetime:
    zone = ZoneInfo(TIMEZONE)
    if words is None:
        return datetime.now(zone)
    try:
        found = datetime.fromisoformat(words)
    except ValueError as error:
        raise InvalidInput(f"at: {words} is no time such as 2026-06-10T10:30") from error
    return found.astimezone(zone) if found.tzinfo else found.replace(tzinfo=zone)


def _check_camera(world: "World", camera: str) -> None:
    names = [one.id for one in world.property.cameras]
    if camera not in names:
        raise InvalidInput(f"camera: {camera} is none of {', '.join(names)}")


def _save(file: Path, image: "NDArray[np.uint8]") -> None:
    from PIL import Image as Pillow

    try:
        Pillow.fromarray(image).save(file)
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{file} cannot be written: {error}") from error
    print(file)
