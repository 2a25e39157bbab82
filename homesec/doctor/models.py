"""The models that are to look at the pictures: are they there, do they load, do they fit?"""

from collections.abc import Iterator

from homesec.doctor.finding import Finding, ok, problem, warning
from homesec.errors import HomesecError
from homesec.settings import Settings
from homesec.vision.memory import Ledger, Need
from homesec.vision.registry import detector_spec
from homesec.vision.zoo.assembly import absent
from homesec.vision.zoo.registry import LOOKS_AT, capabilities


def examine(settings: Settings) -> Iterator[Finding]:
    """Loads each on the processor, which takes seconds and is the only answer that is true."""
    yield _detector(settings)
    yield from further(settings)


def _detector(settings: Settings) -> Finding:
    subject = f"detector {settings.detector.name}"
    try:
        spec = detector_spec(settings.detector, settings.models_dir)
        spec.load("cpu")
    except HomesecError as error:
        return problem(subject, str(error))
    return warning(subject, spec.stand_in) if spec.stand_in else ok(subject, "its weights load")


def further(settings: Settings) -> Iterator[Finding]:
    """Every capability, with its weights or that it is not available."""
    try:
        specs = {spec.capability: spec for spec in capabilities(settings)}
    except HomesecError as error:
        yield problem("further models", str(error))
        return
    ledger = Ledger(settings.enrichment.budget_gb)
    for capability in LOOKS_AT:
        subject = f"capability {capability}"
        spec = specs.get(capability)
        if spec is None:
            yield ok(subject, absent(settings, capability))
            continue
        try:
            ledger.check(Need(spec.name, spec.gb, spec.priority, spec.idle_s))
            spec.load("cpu")
        except HomesecError as error:
            yield problem(subject, f"not available: {error}")
        else:
            yield ok(subject, f"{spec.name} loads, and takes {spec.gb:.2f} GB")
    if specs and (wanted := sum(spec.gb for spec in specs.values())) > settings.enrichment.budget_gb:
        yield warning(
            "further models",
            f"all together take {wanted:.2f} GB, and may take {settings.enrichment.budget_gb:g} "
            "(enrichment.budget_gb): they take turns, and each turn loads weights again",
        )
