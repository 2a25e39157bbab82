"""Networks of transformers from folders of this machine: only safetensors, which hold numbers; never code."""

from pathlib import Path
from typing import Any

from homesec.errors import ModelUnavailable
from homesec.vision.devices import device_errors
from homesec.vision.offline import go_offline


def load(folder: str, models_dir: Path, device: str, classes: tuple[str, str], what: str) -> tuple[Any, Any]:
    """The network, ready to be asked, and its processor.

    `folder`: with config.json, preprocessor_config.json and safetensors, or a name in the local cache. `classes`: the
    names in transformers of the network's class and the processor's. `what`: what it is to be, for the error. Raises
    ModelUnavailable.
    """
    go_offline(models_dir)
    try:
        import torch
        import transformers
    except ImportError as error:
        raise ModelUnavailable(f"{folder} needs the package transformers, which is not installed") from error
    source = {"local_files_only": True, "trust_remote_code": False}
    try:
        network_class, processor_class = (getattr(transformers, name) for name in classes)
        with device_errors():
            processor = processor_class.from_pretrained(folder, **source)
            network = network_class.from_pretrained(folder, use_safetensors=True, dtype=torch.float32, **source)
            network = network.to(device).eval()
    except (OSError, RuntimeError, ValueError, TypeError, KeyError, ImportError, AttributeError) as error:
        reason = str(error).partition("\n")[0]
        raise ModelUnavailable(
            f"{folder} cannot be loaded as {what}: {reason} (needed: a folder in {models_dir} with config.json, "
            "preprocessor_config.json and model.safetensors; nothing is downloaded by itself)"
        ) from error
    return network, processor
