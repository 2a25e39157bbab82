"""The mark of a data folder that shows the simulated household, and which world it shows: `<data>/simulated.json`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from homesec.errors import InvalidInput
from homesec.sim.life.days import Plant
from homesec.sim.world import World

FILE = "simulated.json"


@dataclass(frozen=True)
class Simulation:
    """All that the world of a data folder follows from, and how fast it is played."""

    seed: int
    start: datetime
    end: datetime
    timezone: str = "Europe/Berlin"
    plants: float | Sequence[Plant] = 1.0
    """As `World` takes them."""
    speed: float = 1.0
    """Seconds of the world in a second of the wall clock."""

    def world(self) -> World:
        """The same world every time. Raises ValueError for a span that ends before it starts."""
        return World(self.seed, self.start, self.end, self.timezone, self.plants)


def is_simulated(data_dir: Path) -> bool:
    """Whether this data folder belongs to the simulated household."""
    return (data_dir / FILE).is_file()


def read_marker(data_dir: Path) -> Simulation | None:
    """The simulation of a data folder; None of a folder that holds real data. Raises InvalidInput."""
    try:
        told = json.loads((data_dir / FILE).read_text())
        return Simulation(
            seed=int(told["seed"]),
            start=datetime.fromisoformat(told["start"]),
            end=datetime.fromisoformat(told["end"]),
            timezone=str(told["timezone"]),
            plants=_plants(told["plants"]),
            speed=float(told["speed"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{data_dir / FILE} cannot be read: {error!r}") from error


def write_marker(data_dir: Path, simulation: Simulation) -> None:
    """Mark the data folder, which must exist."""
    plants = simulation.plants
    told: dict[str, Any] = {
        "seed": simulation.seed,
        "start": simulation.start.isoformat(),
        "end": simulation.end.isoformat(),
        "timezone": simulation.timezone,
        "plants": (
            plants
            if isinstance(plants, int | float)
            else [{"storyline": plant.storyline, "when": plant.when.isoformat()} for plant in plants]
        ),
        "speed": simulation.speed,
    }
    new = data_dir / f".{FILE}.new"
    new.write_text(json.dumps(told, indent=2) + "\n")
    new.replace(data_dir / FILE)  # whoever reads it meanwhile reads the old one or the new one, never a half


def _plants(told: Any) -> float | list[Plant]:
    if isinstance(told, int | float):
        return float(told)
    return [Plant(str(one["storyline"]), datetime.fromisoformat(one["when"])) for one in told]
