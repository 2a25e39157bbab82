"""A data folder for the simulated household: only a new or empty one, or one that was simulated before."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from homesec.errors import Conflict
from homesec.sim.marker import FILE, Simulation, is_simulated, write_marker

LOCK = "up.lock"  # whoever may empty the folder holds it
KEPT = frozenset({FILE, "homesec.toml", "models", LOCK})


def refuse_real_data(data_dir: Path) -> None:
    """Raises Conflict for a folder with anything in it that no household made."""
    if is_simulated(data_dir):
        return
    if data_dir.exists() and (not data_dir.is_dir() or any(path.name != LOCK for path in data_dir.iterdir())):
        raise Conflict(
            f"{data_dir} is not empty and was not made by `homesec demo`; "
            "the household is never mixed with real data: name another folder"
        )


def reset(data_dir: Path, simulation: Simulation) -> None:
    """Empty the folder of an earlier household and mark it as this one's. Its models and settings stay.

    No homesec may run on it. Raises Conflict for a folder of real data.
    """
    refuse_real_data(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    if is_simulated(data_dir):
        # The mark stays to the end, so that a folder that is half empty is still known for what it is.
        for path in _of_an_earlier_run(data_dir):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    write_marker(data_dir, simulation)


def _of_an_earlier_run(data_dir: Path) -> Iterator[Path]:
    return (path for path in sorted(data_dir.iterdir()) if path.name not in KEPT)
