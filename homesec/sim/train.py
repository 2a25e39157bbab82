"""Makes the weights of the simulated household's detector from nothing: `python -m homesec.sim.train --help`.

Pictures are drawn, the detector is fitted to them, its confidence calibrated, what it is worth judged, and the weights
packed with the account of all that. Nothing is fetched from anywhere. This and `fitting` alone need torch.
"""

import argparse
import hashlib
import json
import math
from collections.abc import Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from homesec.sim.training.fitting import ARCHITECTURE, DEPTH, MEAN, RUNS, SEED, WIDTH, fit, written
from homesec.sim.training.judgement import SURE, by_condition, fairest, of_height
from homesec.sim.training.sample_files import Source, draw, stored
from homesec.sim.training.samples import LOOKED_AT_PX, Sample
from homesec.sim.values import KINDS
from homesec.vision.detections import Detections

CALIBRATED, SHIFTS = "calibrated.pt", "shifts.json"  # of the confidence, for the account of the weights
Seeds = tuple[tuple[Source, range], ...]
TRAINING: Seeds = (
    ("crowds", range(1000, 1022)), ("smalls", range(1200, 1206)), ("frames", range(1100, 1110)),
    ("rarities", range(1110, 1116)),
)  # fmt: skip
VALIDATION: Seeds = (("crowds", range(900, 904)), ("frames", range(900, 910)), ("rarities", range(910, 915)))
"""Seeds of properties, casts, lights and days; tests and demonstrations use those below 100."""
CALIBRATION: Seeds = (("frames", range(920, 923)), ("rarities", range(923, 926)))
BETA = 1.25  # a thing that is missed is somewhat worse than a false find: the one is lost, the other is looked at
LARGEST_SHIFT = 1.2  # of a confidence, as logits, and upwards only: what is sure enough stays as it is
LEAST = 0.01  # confidence from which finds count for the average precision
NEAR_PX = 20.0  # things of this height are told apart from those far away
AT_ONCE = 16  # pictures that are judged together


def calibrate(out: Path, folder: Path, threads: int = 1) -> dict[str, float]:
    """Shift each kind's confidence so that at `SURE` its F-measure on the samples of a folder is at its best.

    Writes `calibrated.pt` and the shifts, in logits, beside `household.pt`: they are added to the biases of the last
    layer, which moves neither boxes nor the order of finds of a kind.
    """
    import torch

    samples = [sample for source, _ in CALIBRATION for sample in stored(folder / source)]
    best = fairest(samples, _found(out / MEAN, samples, threads), BETA)
    shifts = {kind: _logit(SURE) - _logit(confidence) for kind, confidence in best.items()}
    shifts = {kind: round(min(max(by, 0.0), LARGEST_SHIFT), 3) for kind, by in shifts.items()}
    checkpoint = torch.load(out / MEAN, weights_only=False)  # written by this script a moment ago
    for scale in checkpoint["model"].model[-1].cv3:
        bias = scale[-1].bias.data
        bias += torch.tensor([shifts.get(kind, 0.0) for kind in KINDS], dtype=bias.dtype)
    written(out / CALIBRATED, lambda path: torch.save(checkpoint, path))
    (out / SHIFTS).write_text(json.dumps(shifts))
    return shifts


def judge(weights: Path, folder: Path, threads: int = 1, every: int = 1) -> dict[str, dict[str, Any]]:
    """What weights are worth on every n-th sample of each source in a folder, by condition."""
    figures: dict[str, dict[str, Any]] = {}
    for source, _ in VALIDATION:
        samples = list(islice(stored(folder / source), 0, None, every))
        found = _found(weights, samples, threads)
        near = list(of_height(samples, NEAR_PX))
        for name, chosen in ((source, samples), (f"{source}, of {NEAR_PX:.0f} px and more", near)):
            figures[name] = {under: value.to_json() for under, value in by_condition(chosen, found).items()}
    return figures


def _found(weights: Path, samples: Sequence[Sample], threads: int) -> list[Detections]:
    import torch

    from homesec.vision import ultralytics_detector

    torch.set_num_threads(threads)
    detector = ultralytics_detector.load(weights, weights.parent, "cpu", LOOKED_AT_PX, LEAST)
    found: list[Detections] = []
    for first in range(0, len(samples), AT_ONCE):
        found += detector.predict([sample.image for sample in samples[first : first + AT_ONCE]])
    return found


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


def pack(out: Path, into: Path, figures: dict[str, Any]) -> None:
    """Put the weights where the package has them, with the account of how they came about."""
    weights = (out / CALIBRATED).read_bytes()
    told = {
        "made_for": "the simulated household; of no use for pictures of real cameras",
        "script": "homesec/sim/train.py",
        "architecture": f"{ARCHITECTURE}, depth {DEPTH}, width {WIDTH}, from random weights",
        "training": _told(TRAINING),
        "seed": SEED,
        "runs": json.loads((out / RUNS).read_text()),
        "calibration": {"pictures": _told(CALIBRATION), "shifts_of_logits": json.loads((out / SHIFTS).read_text())},
        "versions": {
            name: version(name) for name in ("torch", "ultralytics", "numpy", "opencv-contrib-python-headless")
        },
        "classes": list(KINDS),
        "image_size": LOOKED_AT_PX,
        "sha256": hashlib.sha256(weights).hexdigest(),
        "validation": {
            "pictures": _told(VALIDATION),
            **figures,
        },
    }
    into.mkdir(parents=True, exist_ok=True)
    (into / "household.pt").write_bytes(weights)
    (into / "household.json").write_text(json.dumps(told, indent=2) + "\n")


def _told(seeds: Seeds) -> dict[str, str]:
    return {source: f"seeds {some.start} to {some.stop - 1}" for source, some in seeds}


def main() -> None:
    """The commands, in the order in which they are needed."""
    parser = argparse.ArgumentParser(prog="python -m homesec.sim.train", description=__doc__)
    parser.add_argument("command", choices=("draw", "fit", "calibrate", "judge", "pack"))
    parser.add_argument("folder", type=Path, help="of samples and runs; needs a gigabyte")
    parser.add_argument("--minutes", type=float, default=40.0, help="that fit takes")
    parser.add_argument(
        "--threads", type=int, default=1, help="more than one only on a machine with nothing else to do"
    )
    parser.add_argument("--every", type=int, default=1, help="of so many pictures one is judged")
    parser.add_argument("--resume", action="store_true", help="go on from the last run, for so many minutes")
    asked = parser.parse_args()
    folder: Path = asked.folder
    run, figures = folder / "run", folder / "figures.json"
    match asked.command:
        case "draw":
            for source, seeds in TRAINING:
                for seed in seeds:
                    print(source, seed, draw(folder / "training", source, seed), flush=True)
            for name, drawn in (("validation", VALIDATION), ("calibration", CALIBRATION)):
                for source, seeds in drawn:
                    for seed in seeds:
                        print(name, source, seed, draw(folder / name / source, source, seed), flush=True)
        case "fit":
            fit(folder / "training", run, asked.minutes, asked.threads, asked.resume)
        case "calibrate":
            print(calibrate(run, folder / "calibration", asked.threads))
        case "judge":
            judgement = judge(run / CALIBRATED, folder / "validation", asked.threads, asked.every)
            figures.write_text(json.dumps(judgement, indent=2))
            print(figures.read_text())
        case "pack":
            pack(run, Path(__file__).parent / "weights", json.loads(figures.read_text()))


if __name__ == "__main__":
    main()
