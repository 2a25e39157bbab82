"""The detector without Ray: queue entries to pictures, pictures to a model, what it sees to rows.

`Worker` is the whole; `Predictor` gathers frames into the model's batches, `frames` makes rows of its answers.
"""

from homesec.detect.counters import Counters
from homesec.detect.predictor import PredictionFailed, Predictor
from homesec.detect.worker import Worker

__all__ = ["Counters", "PredictionFailed", "Predictor", "Worker"]
