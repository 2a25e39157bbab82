"""What a detector counts, for health and metrics."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Counters:
    """Everything since the start; times are summed over threads."""

    uploads: int = 0
    """Taken to their end: detected, refused or failed."""
    detections: int = 0
    failures: int = 0
    """Of uploads themselves, not of things that were away."""
    batches: int = 0
    frames: int = 0
    room: int = 0
    """What the batches could have carried."""
    read_s: float = 0.0
    decode_s: float = 0.0
    predict_s: float = 0.0
    write_s: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return {
            "uploads": self.uploads,
            "detections": self.detections,
            "failures": self.failures,
            "batches": self.batches,
            "frames": self.frames,
            "fill": round(self.frames / self.room, 3) if self.room else None,
            "read_s": round(self.read_s, 3),
            "decode_s": round(self.decode_s, 3),
            "predict_s": round(self.predict_s, 3),
            "write_s": round(self.write_s, 3),
        }
