"""All tables; importing this fills `Base.metadata`."""

from homesec.store.tables.access import ApiKey, ApiSession, AuditLog, IdempotencyKey
from homesec.store.tables.activity import ActivityBaseline, ActivityHour, ClassBaseline
from homesec.store.tables.alerts import Alert, AlertCooldown, AlertRule, NotificationChannel, NotificationDelivery
from homesec.store.tables.core import Camera, Detection, Event, EventDetection, Incident
from homesec.store.tables.enrichment import ActionEvent, ActionResult, DemographicsResult, PoseResult, ThreatDetection
from homesec.store.tables.identity import Entity, EntityRuling, ReidEmbedding
from homesec.store.tables.learning import Calibration, EventAudit, EventFeedback, PromptVersion
from homesec.store.tables.people import (
    Erasure,
    FaceDetectionEvent,
    FaceEmbedding,
    HouseholdMember,
    KnownPerson,
    PersonEmbedding,
    RegisteredVehicle,
)
from homesec.store.tables.pipeline import Batch, OutboxHead, OutboxMessage, OutboxReader, Upload, UploadPath
from homesec.store.tables.scenes import Heatmap, SceneChange, SceneReference, SceneView
from homesec.store.tables.system import GpuStat, Job, LogEntry
from homesec.store.tables.tracks import DwellTimeRecord, ObjectInteraction, Track, TrackerState
from homesec.store.tables.zones import CameraZone, ZoneActivityBaseline, ZoneAnomaly, ZoneHouseholdConfig

__all__ = [
    "ActionEvent", "ActionResult", "ActivityBaseline", "ActivityHour", "Alert", "AlertCooldown", "AlertRule",
    "ApiKey", "ApiSession", "AuditLog", "Batch", "Calibration", "Camera", "CameraZone", "ClassBaseline",
    "DemographicsResult", "Detection", "DwellTimeRecord", "Entity", "EntityRuling", "Erasure", "Event", "EventAudit",
    "EventDetection", "EventFeedback", "FaceDetectionEvent", "FaceEmbedding", "GpuStat", "Heatmap",
    "HouseholdMember", "IdempotencyKey", "Incident", "Job", "KnownPerson", "LogEntry", "NotificationChannel",
    "NotificationDelivery", "ObjectInteraction", "OutboxHead", "OutboxMessage", "OutboxReader", "PersonEmbedding",
    "PoseResult", "PromptVersion", "RegisteredVehicle", "ReidEmbedding", "SceneChange", "SceneReference",
    "SceneView", "ThreatDetection", "Track", "TrackerState", "Upload", "UploadPath", "ZoneActivityBaseline",
    "ZoneAnomaly", "ZoneHouseholdConfig",
]  # fmt: skip
