"""The persons and vehicles the owner knows by name, and the faces that were seen. Every change here is audited."""

from datetime import datetime
from typing import Any

from pgvector.sqlalchemy import Vector
from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from homesec.store.base import Base, BigId, Created, EmptyList, box, fraction, one_of, with_model

ROLES_AT_HOME = ("resident", "family", "service_worker", "frequent_visitor")
TRUSTED_LEVELS = ("full", "partial", "monitor")
VEHICLE_TYPES = ("car", "truck", "motorcycle", "suv", "van", "other")
FACE_OUTCOMES = ("match", "unknown", "not_identifiable")


class KnownPerson(Base):
    """A person with a name; deleting the row erases the vectors with it."""

    __tablename__ = "known_persons"

    id: Mapped[BigId]
    name: Mapped[str]
    notes: Mapped[str | None]
    created_at: Mapped[Created]
    updated_at: Mapped[datetime | None]
    erasing_since: Mapped[datetime | None] = mapped_column(
        comment="Nobody is known by it any more; the name is only kept until it is erased everywhere else"
    )

    __table_args__ = (
        CheckConstraint("btrim(name) <> ''", name="name"),
        Index("ix_known_persons_name", "name"),
    )


class Erasure(Base):
    """A person who was erased. Kept for good, so that a restore of an older backup erases that person again."""

    __tablename__ = "erasures"

    id: Mapped[BigId]
    person_id: Mapped[int] = mapped_column(BigInteger, comment="Of a row that is gone, so no key")
    person_created_at: Mapped[datetime] = mapped_column(comment="With the id it tells a person from a later one")
    hashes: Mapped[list[bytes]] = mapped_column(
        ARRAY(LargeBinary), server_default=text("'{}'"), comment="sha256 of the float32 bytes of each erased vector"
    )
    crops: Mapped[EmptyList] = mapped_column(comment="[[volume, name]] of crops that are still to be removed")
    asked_at: Mapped[Created]
    done_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("person_id", "person_created_at"),)


class FaceEmbedding(Base):
    """An enrolled face of a known person, as a vector."""

    __tablename__ = "face_embeddings"

    id: Mapped[BigId]
    person_id: Mapped[int] = mapped_column(ForeignKey("known_persons.id", ondelete="CASCADE"), index=True)
    embedding: Mapped[Any] = mapped_column(Vector())
    model: Mapped[str]
    quality: Mapped[float]
    source_path: Mapped[str | None] = mapped_column(comment="The crop, relative to the media folder")
    volume: Mapped[str | None] = mapped_column(comment="Disk of the crop")
    created_at: Mapped[Created]

    __table_args__ = (*fraction("quality"),)


class FaceDetectionEvent(Base):
    """A face that was seen, and whether it was recognised."""

    __tablename__ = "face_detection_events"

    id: Mapped[BigId]
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    detection_id: Mapped[int | None] = mapped_column(ForeignKey("detections.id", ondelete="CASCADE"), index=True)
    timestamp: Mapped[datetime] = mapped_column(comment="Event time")
    bbox: Mapped[list[float]] = mapped_column(ARRAY(Float(53)), comment="x1, y1, x2, y2 in 0..1")
    model: Mapped[str] = mapped_column(comment="Which detector found the face")
    embedding: Mapped[Any | None] = mapped_column(Vector())
    embedding_model: Mapped[str | None]
    outcome: Mapped[str]
    is_unknown: Mapped[bool] = mapped_column(comment="A face that could be compared and is nobody known")
    matched_person_id: Mapped[int | None] = mapped_column(ForeignKey("known_persons.id", ondelete="SET NULL"))
    match_confidence: Mapped[float | None]
    by_owner: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="The owner said who it is, or is not: no matching changes it"
    )
    covered: Mapped[bool] = mapped_column(server_default=text("false"))
    quality: Mapped[float]
    age_estimate: Mapped[int | None] = mapped_column(SmallInteger)
    gender_estimate: Mapped[str | None]

    __table_args__ = (
        box("bbox"),
        one_of("outcome", FACE_OUTCOMES),
        one_of("gender_estimate", ("male", "female", "unknown")),
        with_model("embedding", "embedding_model"),
        *fraction("match_confidence", "quality"),
        CheckConstraint("is_unknown = (outcome = 'unknown')", name="is_unknown"),
        CheckConstraint("outcome = 'match' OR matched_person_id IS NULL", name="matched"),
        CheckConstraint("age_estimate BETWEEN 0 AND 130", name="age_estimate_range"),
        Index("ix_face_detection_events_timestamp", text("timestamp DESC"), text("id DESC")),
        Index("ix_face_detection_events_camera_timestamp", "camera_id", text("timestamp DESC"), text("id DESC")),
        Index("ix_face_detection_events_person", "matched_person_id", text("timestamp DESC"), text("id DESC"),
              postgresql_where=text("matched_person_id IS NOT NULL")),
        Index("ix_face_detection_events_unknown", text("timestamp DESC"), text("id DESC"),
              postgresql_where=text("is_unknown")),
        Index("ix_face_detection_events_timestamp_brin", "timestamp", postgresql_using="brin"),
    )  # fmt: skip


class HouseholdMember(Base):
    """A known person who belongs to the house or comes regularly."""

    __tablename__ = "household_members"

    id: Mapped[BigId]
    known_person_id: Mapped[int] = mapped_column(ForeignKey("known_persons.id", ondelete="CASCADE"), unique=True)
    name: Mapped[str]
    role: Mapped[str]
    trusted_level: Mapped[str]
    typical_schedule: Mapped[dict[str, Any] | None]
    notes: Mapped[str | None]
    created_at: Mapped[Created]
    updated_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("role", ROLES_AT_HOME),
        one_of("trusted_level", TRUSTED_LEVELS),
        CheckConstraint("btrim(name) <> ''", name="name"),
    )


class PersonEmbedding(Base):
    """What a household member looks like as a whole, as a vector."""

    __tablename__ = "person_embeddings"

    id: Mapped[BigId]
    member_id: Mapped[int] = mapped_column(ForeignKey("household_members.id", ondelete="CASCADE"), index=True)
    embedding: Mapped[Any] = mapped_column(Vector())
    model: Mapped[str]
    source_event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"), index=True)
    source_path: Mapped[str | None] = mapped_column(comment="The crop, relative to the media folder")
    volume: Mapped[str | None] = mapped_column(comment="Disk of the crop")
    confidence: Mapped[float]
    created_at: Mapped[Created]

    __table_args__ = (*fraction("confidence"),)


class RegisteredVehicle(Base):
    """A vehicle the owner knows."""

    __tablename__ = "registered_vehicles"

    id: Mapped[BigId]
    description: Mapped[str]
    license_plate: Mapped[str | None] = mapped_column(unique=True, comment="Upper case letters and digits, no gaps")
    vehicle_type: Mapped[str] = mapped_column(server_default="other")
    color: Mapped[str | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("household_members.id", ondelete="SET NULL"), index=True)
    trusted: Mapped[bool] = mapped_column(server_default=text("true"))
    reid_embedding: Mapped[Any | None] = mapped_column(Vector())
    embedding_model: Mapped[str | None]
    created_at: Mapped[Created]
    updated_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("vehicle_type", VEHICLE_TYPES),
        with_model("reid_embedding", "embedding_model"),
        CheckConstraint(
            "license_plate ~ '^[[:alnum:]]{1,20}$' AND license_plate = upper(license_plate)", name="license_plate"
        ),
    )
