"""Makes the weights of the simulated household's detector from nothing: `python -m homesec.sim.train --help`.

A small YOLO11 learns from cuts of drawn pictures, in bfloat16 on the processor, for a given time. Nothing is fetched
from anywhere. The only module of the simulation that needs torch.
"""

import argparse
import hashlib
import json
import math
import os
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from homesec.sim.judgement import by_condition, of_height
from homesec.sim.lessons import SQUARES, STRIPS, lesson
from homesec.sim.sample_files import Source, draw, stored
from homesec.sim.samples import CROP_PX, Sample
from homesec.sim.values import KINDS
from homesec.vision.offline import go_offline

ARCHITECTURE = "yolo11"
WIDTH, DEPTH = 0.25, 0.5  # of channels and of repeats: what the library calls n
BEST_LR, LAST_LR = 2e-3, 2e-5  # of AdamW
FLAT = 0.25  # of the time it learns at the best rate, after which the rate falls with a cosine
WEIGHT_DECAY = 5e-4
WARMUP_STEPS = 150
LARGEST_GRADIENT = 10.0
AVERAGE, AVERAGE_STEPS = 0.998, 300  # the weights that are kept are a running mean, which starts fast
SAVE_EVERY_S = 120.0
SEED = 20261
RUNS = "runs.json"  # what was done so far, for the account of the weights
TRAINING: tuple[tuple[Source, range], ...] = (("crowds", range(1000, 1022)), ("frames", range(1100, 1110)))
VALIDATION: tuple[tuple[Source, range], ...] = (("crowds", range(900, 904)), ("frames", range(900, 910)))
"""Seeds of properties, casts, lights and days; tests and demonstrations use those below 100."""
LEAST = 0.01  # confidence from which finds count for the average precision
NEAR_PX = 20.0  # things of this height are told apart from those far away
AT_ONCE = 16  # pictures that are judged together


def fit(samples: Path, out: Path, minutes: float, threads: int = 2, resume: bool = False) -> None:
    """Train for so many minutes; writes `last.pt` (to resume from) and `household.pt` into `out` as it goes."""
    go_offline(out)
    import torch

    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    torch.manual_seed(SEED)
    out.mkdir(parents=True, exist_ok=True)
    pictures = list(stored(samples))
    print(f"{len(pictures)} pictures", flush=True)
    model, mean = _model(), _model()
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=BEST_LR, betas=(0.9, 0.99))
    step = 0
    if resume:
        state = torch.load(out / "last.pt", weights_only=True)
        model.load_state_dict(state["model"])
        mean.load_state_dict(state["mean"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    else:
        mean.load_state_dict(model.state_dict())
    model.to(memory_format=torch.channels_last).train()
    rng = np.random.default_rng([SEED, step])
    runs = json.loads((out / RUNS).read_text()) if resume else []
    began = saved = time.monotonic()
    losses: list[float] = []
    first_step = step

    def save() -> None:
        _save(out, model, mean, optimizer, step)
        run = {"minutes": round((time.monotonic() - began) / 60, 1), "steps": step - first_step}
        run |= {"squares": SQUARES, "strips": STRIPS, "rate": BEST_LR}
        (out / RUNS).write_text(json.dumps([*runs, run]))

    while (passed := (time.monotonic() - began) / 60 / minutes) < 1.0:
        falls = max(0.0, passed - FLAT) / (1 - FLAT)
        rate = LAST_LR + (BEST_LR - LAST_LR) * (0.5 + 0.5 * math.cos(math.pi * falls))
        rate *= min(1.0, (step + 1) / WARMUP_STEPS)
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = _batch(pictures, rng)
        loss = _loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), LARGEST_GRADIENT)
        optimizer.step()
        step += 1
        _average(mean, model, step)
        losses.append(float(loss.detach()) / len(batch["img"]))
        if step % 25 == 0:
            pace = (step - first_step) * SQUARES / (time.monotonic() - began)
            print(f"step {step} {passed:.1%} loss {np.mean(losses[-25:]):.3f} lr {rate:.5f} {pace:.1f}/s", flush=True)
        if time.monotonic() - saved > SAVE_EVERY_S:
            saved = time.monotonic()
            save()
    save()


def judge(weights: Path, folder: Path, threads: int = 1, every: int = 1) -> dict[str, dict[str, Any]]:
    """What weights are worth on every n-th sample of each source in a folder, by condition."""
    import torch

    from homesec.vision import ultralytics_detector

    torch.set_num_threads(threads)
    detector = ultralytics_detector.load(weights, weights.parent, "cpu", 2 * CROP_PX, LEAST)
    figures: dict[str, dict[str, Any]] = {}
    for source, _ in VALIDATION:
        samples = list(islice(stored(folder / source), 0, None, every))
        found = []
        for first in range(0, len(samples), AT_ONCE):
            found += detector.predict([sample.image for sample in samples[first : first + AT_ONCE]])
        near = list(of_height(samples, NEAR_PX))
        for name, chosen in ((source, samples), (f"{source}, of {NEAR_PX:.0f} px and more", near)):
            figures[name] = {under: value.to_json() for under, value in by_condition(chosen, found).items()}
    return figures


def pack(out: Path, into: Path, figures: dict[str, Any]) -> None:
    """Put the weights where the package has them, with the account of how they came about."""
    weights = (out / "household.pt").read_bytes()
    told = {
        "made_for": "the simulated household; of no use for pictures of real cameras",
        "script": "homesec/sim/train.py",
        "architecture": f"{ARCHITECTURE}, depth {DEPTH}, width {WIDTH}, from random weights",
        "training": {source: f"seeds {seeds.start} to {seeds.stop - 1}" for source, seeds in TRAINING},
        "seed": SEED,
        "runs": json.loads((out / RUNS).read_text()),
        "versions": {
            name: version(name) for name in ("torch", "ultralytics", "numpy", "opencv-contrib-python-headless")
        },
        "classes": list(KINDS),
        "sha256": hashlib.sha256(weights).hexdigest(),
        "validation": {
            "pictures": {source: f"seeds {seeds.start} to {seeds.stop - 1}" for source, seeds in VALIDATION},
            **figures,
        },
    }
    into.mkdir(parents=True, exist_ok=True)
    (into / "household.pt").write_bytes(weights)
    (into / "household.json").write_text(json.dumps(told, indent=2) + "\n")


def main() -> None:
    """The commands, in the order in which they are needed."""
    parser = argparse.ArgumentParser(prog="python -m homesec.sim.train", description=__doc__)
    parser.add_argument("command", choices=("draw", "fit", "judge", "pack"))
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
            for source, seeds in VALIDATION:
                for seed in seeds:
                    print(source, seed, draw(folder / "validation" / source, source, seed), flush=True)
        case "fit":
            fit(folder / "training", run, asked.minutes, asked.threads, asked.resume)
        case "judge":
            judgement = judge(run / "household.pt", folder / "validation", asked.threads, asked.every)
            figures.write_text(json.dumps(judgement, indent=2))
            print(figures.read_text())
        case "pack":
            pack(run, Path(__file__).parent / "weights", json.loads(figures.read_text()))


def _model() -> Any:
    import ultralytics
    from ultralytics.cfg import get_cfg
    from ultralytics.nn.tasks import DetectionModel
    from ultralytics.utils import YAML

    plan = Path(ultralytics.__file__).parent / "cfg" / "models" / ARCHITECTURE[4:] / f"{ARCHITECTURE}.yaml"
    layers = YAML.load(plan)  # type: ignore[no-untyped-call]
    layers |= {"scales": {"n": [DEPTH, WIDTH, 1024]}, "scale": "n", "nc": len(KINDS)}
    build: Any = DetectionModel
    model = build(layers, ch=3, nc=len(KINDS), verbose=False)
    model.args = get_cfg()
    model.names = dict(enumerate(KINDS))
    return model


def _batch(pictures: Sequence[Sample], rng: np.random.Generator) -> dict[str, Any]:
    import torch

    learned = lesson(pictures, rng)
    stack = torch.from_numpy(learned.images).permute(0, 3, 1, 2)
    return {
        "img": stack.float().div(255).contiguous(memory_format=torch.channels_last),
        "cls": torch.from_numpy(learned.classes).float().reshape(-1, 1),
        "bboxes": torch.from_numpy(learned.boxes).float(),
        "batch_idx": torch.from_numpy(learned.owners).float(),
    }


def _loss(model: Any, batch: dict[str, Any]) -> Any:
    import torch

    with torch.autocast("cpu", dtype=torch.bfloat16):
        answers = model(batch["img"])
    loss, _ = model.loss(batch, _widened(answers))  # in full precision
    return loss.sum()


def _widened(answers: Any) -> Any:
    if isinstance(answers, dict):
        return {name: _widened(value) for name, value in answers.items()}
    return [_widened(value) for value in answers] if isinstance(answers, list | tuple) else answers.float()


def _average(mean: Any, model: Any, step: int) -> None:
    import torch

    keep = AVERAGE * (1 - math.exp(-step / AVERAGE_STEPS))
    with torch.no_grad():
        for kept, new in zip(mean.state_dict().values(), model.state_dict().values(), strict=True):
            if kept.dtype.is_floating_point:
                kept.lerp_(new, 1 - keep)
            else:
                kept.copy_(new)


def _save(out: Path, model: Any, mean: Any, optimizer: Any, step: int) -> None:
    import torch

    state = {"model": model.state_dict(), "mean": mean.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
    _written(out / "last.pt", lambda path: torch.save(state, path))
    _written(out / "household.pt", lambda path: torch.save(_checkpoint(mean), path))


def _checkpoint(mean: Any) -> dict[str, Any]:
    from copy import deepcopy

    import ultralytics

    half = deepcopy(mean).half().eval()
    half.criterion = None
    half.args = {"imgsz": 2 * CROP_PX, "task": "detect"}
    return {
        "epoch": -1,
        "model": half,
        "train_args": {"imgsz": 2 * CROP_PX, "task": "detect"},
        "version": ultralytics.__version__,
        "license": "AGPL-3.0",
    }


def _written(path: Path, write: Callable[[Path], Any]) -> None:
    write(path.with_suffix(".part"))
    os.replace(path.with_suffix(".part"), path)


if __name__ == "__main__":
    main()
