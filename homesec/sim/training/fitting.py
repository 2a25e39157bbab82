"""How the household's detector learns: a small YOLO11, from nothing, in bfloat16 on the processor, for a given time."""

import json
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from homesec.sim.training.lessons import SQUARES, STRIPS, Shelf, lesson
from homesec.sim.training.sample_files import stored
from homesec.sim.training.samples import LOOKED_AT_PX
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
LAST, MEAN = "last.pt", "household.pt"  # all that is needed to go on, and the weights that are kept
RUNS = "runs.json"  # what was done so far, for the account of the weights


def fit(samples: Path, out: Path, minutes: float, threads: int = 2, resume: bool = False) -> None:
    """Train for so many minutes; writes `last.pt` (to resume from) and `household.pt` into `out` as it goes."""
    go_offline(out)
    import torch

    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    torch.manual_seed(SEED)
    out.mkdir(parents=True, exist_ok=True)
    shelf = Shelf(list(stored(samples)))
    print(f"{len(shelf.pictures)} pictures", flush=True)
    model, mean = _model(), _model()
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=BEST_LR, betas=(0.9, 0.99))
    step = 0
    if resume:
        state = torch.load(out / LAST, weights_only=True)
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
        batch = _batch(shelf, rng)
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


def _batch(shelf: Shelf, rng: np.random.Generator) -> dict[str, Any]:
    import torch

    learned = lesson(shelf, rng)
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
    written(out / LAST, lambda path: torch.save(state, path))
    written(out / MEAN, lambda path: torch.save(_checkpoint(mean), path))


def _checkpoint(mean: Any) -> dict[str, Any]:
    from copy import deepcopy

    import ultralytics

    half = deepcopy(mean).half().eval()
    half.criterion = None
    half.args = {"imgsz": LOOKED_AT_PX, "task": "detect"}
    return {
        "epoch": -1,
        "model": half,
        "train_args": {"imgsz": LOOKED_AT_PX, "task": "detect"},
        "version": ultralytics.__version__,
        "license": "AGPL-3.0",
    }


def written(path: Path, write: Callable[[Path], Any]) -> None:
    """Write a file under another name first, so that it is never half there."""
    write(path.with_suffix(".part"))
    os.replace(path.with_suffix(".part"), path)
