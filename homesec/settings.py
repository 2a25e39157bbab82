"""One frozen Settings: environment `HOMESEC_*`, then `<data>/homesec.toml`, then the defaults below.

Read once where a process starts, then passed down; nothing else in homesec looks at the environment.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from homesec.errors import SettingsError

DEFAULT_DATA_DIR = "homesec-data"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _known_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("not a time zone of the tz database; for example Europe/Berlin or UTC")
    return name


Timezone = Annotated[str, AfterValidator(_known_timezone)]


class Section(BaseModel):
    """A table of homesec.toml; an unknown name in it is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DetectorSettings(Section):
    """Which model looks at the pictures, and with how much of the machine."""

    name: str = "hog"
    """hog, null, ultralytics:<weights file or name>, transformers:<folder or name>."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    gpu_gb: Annotated[float, Field(gt=0)] = 2.0
    replicas: Annotated[int, Field(ge=1, le=64)] = 1
    batch: Annotated[int, Field(ge=1, le=256)] = 8
    deadline_s: Annotated[float, Field(ge=0, le=5)] = 0.03
    """How long a batch that is not full waits for more pictures."""
    decode_threads: Annotated[int, Field(ge=1, le=64)] = 2
    image_size: Annotated[int, Field(ge=64, le=4096)] = 640
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.25
    """Detections below are not stored at all; cameras set their own threshold above it."""
    node_resources: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    """Ray resources that a node must have to run a detector, for clusters: {"eyes": 0.01}."""
    trust_weights: bool = False
    """A .pt file is a program: only files in <data>/models and, with this, any named file are loaded."""


class UploadSettings(Section):
    """What the watcher accepts from the camera folders."""

    auto_create_cameras: bool = True
    force_polling: bool = False
    """For network folders, where the kernel reports no changes."""
    settle_s: Annotated[float, Field(ge=0.1, le=600)] = 3.0
    """A file whose end cannot be recognised counts as whole when it has not grown for this long."""
    queue_limit: Annotated[int, Field(ge=10)] = 2000
    """Above this depth of the detection queue the watcher waits: the disk is the buffer."""
    live_s: Annotated[float, Field(ge=1)] = 120.0
    """Files that arrived longer ago than this are backlog and wait behind live ones."""
    max_image_bytes: Annotated[int, Field(ge=1)] = 64 * 2**20
    max_video_bytes: Annotated[int, Field(ge=1)] = 4 * 2**30
    max_pixels: Annotated[int, Field(ge=1)] = 64_000_000
    video_fps: Annotated[float, Field(gt=0, le=30)] = 2.0
    """Frames a second taken from clips."""
    max_video_s: Annotated[float, Field(gt=0)] = 3600.0
    chunk_frames: Annotated[int, Field(ge=1, le=512)] = 32
    """Frames of one clip that are decoded, predicted and committed together."""


class WindowSettings(Section):
    """When detections belong to one batch."""

    idle_s: Annotated[float, Field(gt=0)] = 30.0
    window_s: Annotated[float, Field(gt=0)] = 90.0
    max_detections: Annotated[int, Field(ge=1)] = 2000
    reorder_s: Annotated[float, Field(ge=0)] = 2.0
    """How long an upload waits for pictures of the same camera that were captured before it."""


class EnrichmentSettings(Section):
    """Which further models look at the best detections of a batch: one entry for each capability, empty = none."""

    model: Literal["none", "sim-oracle"] = "none"
    """sim-oracle looks the truth up; it runs on data folders of the simulated household only."""
    demographics: bool = False
    """Whether age and gender are estimated."""
    threat: str | None = None
    """ultralytics:<weights> with classes that are weapons, or owlv2:<folder>."""
    face: str | None = None
    """opencv:<YuNet file>+<SFace file>; without the second, faces are found and not told apart."""
    reid: str | None = None
    """onnx:<file>, with @<width>x<height> if its pictures are not 128x256, or transformers:<folder>."""
    plate: str | None = None
    """fast-alpr:<folder> with detector.onnx, ocr.onnx and ocr.yaml; needs the package fast-alpr."""
    pose: str | None = None
    """ultralytics:<weights> or vitpose:<folder>."""
    action: str | None = None
    """xclip:<folder>."""
    vehicle: str | None = None
    """colours: counts them, without weights."""
    age: str | None = None
    """transformers:<folder> of a classifier whose labels are ages; used while `demographics` is true."""
    meaning: str | None = None
    """transformers:<folder> of SigLIP, CLIP or DINOv2: vectors for search."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    budget_gb: Annotated[float, Field(gt=0)] = 2.0
    """Memory that the models of one enricher may take together; what does not fit at once takes turns."""
    gb: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    """What single capabilities take, where that is known better than from their files: {"pose": 0.6}."""
    replicas: Annotated[int, Field(ge=1, le=64)] = 1
    batch: Annotated[int, Field(ge=1, le=256)] = 16
    """Crops that a model looks at together."""
    idle_s: Annotated[float, Field(gt=0)] = 300.0
    """A model that was not asked for so long is put away."""
    deadline_s: Annotated[float, Field(ge=0)] = 2.0
    """What all models said by then is stored together; what comes later is stored when it comes."""

    @property
    def weights(self) -> tuple[str, ...]:
        """All that is named."""
        age = self.age if self.demographics else None
        names = (self.threat, self.face, self.reid, self.plate, self.pose, self.action, self.vehicle, age, self.meaning)
        return tuple(name for name in names if name)


class SearchSettings(Section):
    """How events are found by what they mean, beside their words."""

    model: str = "none"
    """none, transformers:<folder or name> of a text encoder."""
    least_similarity: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Cosine below which an event is not near to what is asked for; it depends on the model."""


Days = Annotated[float, Field(gt=0, le=36_500)]


class RetentionSettings(Section):
    """After how many days what is stored goes. Events with notes or feedback of the owner stay, with their pictures."""

    events_days: Days = 30.0
    """Events, detections, and the files they were seen in: since they came, or were captured."""
    tracks_days: Days = 60.0
    """Paths and stays without their pictures: of eight weeks of them the habits of zones are made."""
    strangers_days: Days = 7.0
    """Vectors of faces and bodies, age and gender of persons whom nobody named."""
    logs_days: Days = 7.0
    gpu_stats_days: Days = 7.0
    audit_days: Days = 365.0
    """The log of changes; what is cut off leaves an anchor, so that the rest can still be verified."""
    outbox_days: Days = 7.0
    """Messages: who was away for longer loads everything anew."""
    exports_days: Days = 1.0
    """Files that were made to be downloaded."""


class FtpSettings(Section):
    """The FTP door, closed unless a port is given."""

    port: Annotated[int, Field(ge=0, le=65535)] | None = None
    host: str = "127.0.0.1"
    passive_ports: Annotated[str, Field(pattern=r"^\d+-\d+$")] = "50000-50049"
    tls: bool = True
    """Refuse logins without TLS; old cameras that cannot do FTPS need false."""
    masquerade_address: str | None = None
    users: dict[str, str] = Field(default_factory=dict)
    """Camera id to password."""


class ApiSettings(Section):
    """How the HTTP API is served."""

    replicas: Annotated[int, Field(ge=1, le=16)] = 1
    public: bool = False
    """Must be true to listen on an address other than loopback."""
    trusted_proxies: tuple[str, ...] = ()
    max_upload_bytes: Annotated[int, Field(ge=1)] = 256 * 2**20
    requests_per_minute: Annotated[int, Field(ge=1)] = 1200


class LocalSettings(Section):
    """The embedded PostgreSQL and Redis."""

    listen: str = "127.0.0.1"
    """A private address of this machine, so that other nodes reach the embedded services."""


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="HOMESEC_", env_nested_delimiter="__", frozen=True, extra="forbid", env_ignore_empty=True
    )

    data_dir: Path = Path(DEFAULT_DATA_DIR)
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8600
    database_url: str | None = None
    """postgresql://... of your own server (>= 15 with pgvector); empty = the embedded one."""
    redis_url: str | None = None
    """redis://... of your own server (>= 6.2, or Valkey); empty = the embedded one."""
    ray_address: str | None = None
    """Empty: a Ray of our own on this machine. auto or host:port: join a running cluster."""
    dashboard_port: Annotated[int, Field(ge=0, le=65535)] = 8265
    timezone: Timezone = "UTC"
    """Of cameras that have none of their own."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    detector: DetectorSettings = DetectorSettings()
    uploads: UploadSettings = UploadSettings()
    windows: WindowSettings = WindowSettings()
    enrichment: EnrichmentSettings = EnrichmentSettings()
    search: SearchSettings = SearchSettings()
    retention: RetentionSettings = RetentionSettings()
    ftp: FtpSettings = FtpSettings()
    api: ApiSettings = ApiSettings()
    local: LocalSettings = LocalSettings()
    analysts: Annotated[int, Field(ge=1, le=64)] = 1

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        data_dir = init_settings().get("data_dir") or os.environ.get("HOMESEC_DATA_DIR") or DEFAULT_DATA_DIR
        toml = TomlConfigSettingsSource(settings_cls, Path(data_dir) / "homesec.toml")
        return init_settings, env_settings, toml

    @classmethod
    def load(cls, **given: Any) -> "Settings":
        """Read all sources; `given` (None = not given) wins. Raises SettingsError naming each wrong setting."""
        try:
            settings = cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            raise SettingsError("\n".join(_sentence(item) for item in error.errors())) from error
        except (OSError, ValueError) as error:
            raise SettingsError(f"homesec.toml cannot be read: {error}") from error
        settings = settings.model_copy(update={"data_dir": settings.data_dir.absolute()})
        if settings.host not in LOOPBACK and not settings.api.public:
            raise SettingsError(
                f"host: {settings.host} is reachable from other machines; set api.public = true "
                "(HOMESEC_API__PUBLIC=true) if that is what you want"
            )
        return settings

    @property
    def cameras_dir(self) -> Path:
        return self.data_dir / "cameras"

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"

    @property
    def models_dir(self) -> Path:
        return self.data_dir / "models"

    @property
    def backups_dir(self) -> Path:
        return self.data_dir / "backups"

    @property
    def exports_dir(self) -> Path:
        return self.data_dir / "exports"

    @property
    def logs_dir(self) -> Path:
        return self.data_dir / "logs"


def _sentence(item: Any) -> str:
    """One problem in words: the setting, what was given, what is allowed."""
    name = ".".join(str(part) for part in item["loc"])
    variable = "HOMESEC_" + "__".join(str(part) for part in item["loc"]).upper()
    if item["type"] == "extra_forbidden":
        return f"{name}: there is no such setting"
    return f"{name} ({variable}): {item['input']!r} is not allowed: {item['msg']}"
