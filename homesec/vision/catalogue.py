"""Models that are known to work, for `homesec models`. Other repositories of the hub can be pulled by their name too.

Sizes, checksums and the licence that the hub tells are recorded when a model is pulled; here stands what the licence
was when the entry was written.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A model of the hub."""

    name: str
    """The folder in the models folder that it becomes."""
    capability: str
    """detector, or a capability of `[enrichment]`."""
    repository: str
    licence: str
    setting: str
    """What to write into homesec.toml to use it."""


CATALOGUE = (
    Entry(
        "rtdetr-v2-r18", "detector", "PekingU/rtdetr_v2_r18vd", "apache-2.0",
        'detector.name = "transformers:rtdetr-v2-r18"',
    ),
    Entry(
        "vitpose-base", "pose", "usyd-community/vitpose-base-simple", "apache-2.0",
        'enrichment.pose = "vitpose:vitpose-base"',
    ),
    Entry(
        "owlv2-base", "threat", "google/owlv2-base-patch16-ensemble", "apache-2.0",
        'enrichment.threat = "owlv2:owlv2-base"',
    ),
    Entry(
        "xclip-base", "action", "microsoft/xclip-base-patch32", "mit", 'enrichment.action = "xclip:xclip-base"'
    ),
    Entry(
        "dinov2-base", "reid", "facebook/dinov2-base", "apache-2.0", 'enrichment.reid = "transformers:dinov2-base"'
    ),
    Entry(
        "siglip-base", "meaning", "google/siglip-base-patch16-224", "apache-2.0",
        'enrichment.meaning = "transformers:siglip-base"',
    ),
)  # fmt: skip


def entry(name: str) -> Entry | None:
    return next((one for one in CATALOGUE if one.name == name), None)
