"""The model that is to look at the pictures: is it there, and does it load?"""

from collections.abc import Iterator

from homesec.doctor.finding import Finding, ok, problem, warning
from homesec.errors import HomesecError
from homesec.settings import Settings
from homesec.vision.registry import detector_spec


def examine(settings: Settings) -> Iterator[Finding]:
    """Loads it on the processor, which takes seconds and is the only answer that is true."""
    subject = f"detector {settings.detector.name}"
    try:
        spec = detector_spec(settings.detector, settings.models_dir)
        spec.load("cpu")
    except HomesecError as error:
        yield problem(subject, str(error))
        return
    if spec.stand_in:
        yield warning(subject, spec.stand_in)
    else:
        yield ok(subject, "its weights load")
