"""Who or what was seen again: entities, and the vectors by which they are recognised.

A vector column holds vectors of many models, each with its model's name beside it, and two models are never compared.
The nearest-neighbour index is therefore made for each model when that model is registered: a partial HNSW index named
`hnsw_<table>_<model>` on the column cast to the model's dimension. Such indexes are no part of this metadata.
"""

import uuid
from datetime import datetime
from typing import Any

from pgvector.sqlalchemy import Vector
from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from homesec.store.base import Base, BigId, Created, EmptyDict, UuidId, not_negative, one_of, sha256_sized, with_model

ENTITY_TYPES = ("person", "vehicle", "animal", "package", "other")
TRUST_STATUSES = ("trusted", "untrusted", "unknown")
RULINGS = ("same", "different")


class Entity(Base):
    """One person, vehicle, animal or thing that is known from its sightings."""

    __tablename__ = "entities"

    id: Mapped[UuidId]
    entity_type: Mapped[str]
    trust_status: Mapped[str] = mapped_column(server_default="unknown")
    name: Mapped[str | None]
    embedding: Mapped[Any | None] = mapped_column(Vector(), comment="Running centroid of its sightings")
    embedding_model: Mapped[str | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    detection_count: Mapped[int] = mapped_column(server_default="0")
    primary_detection_id: Mapped[int | None] = mapped_column(
        # Detections point to tracks, tracks to entities and entities here: the one circle among the keys. It is
        # added after the tables, and a restore defers it.
        ForeignKey("detections.id", ondelete="SET NULL", use_alter=True, deferrable=True),
        index=True,
        comment="The detection whose picture stands for it",
    )
    entity_metadata: Mapped[EmptyDict] = mapped_column(comment="Cameras, colours, plate, visits, ties")

    __table_args__ = (
        one_of("entity_type", ENTITY_TYPES),
        one_of("trust_status", TRUST_STATUSES),
        with_model("embedding", "embedding_model"),
        CheckConstraint("last_seen_at >= first_seen_at", name="span"),
        *not_negative("detection_count"),
        Index("ix_entities_last_seen", text("last_seen_at DESC"), text("id DESC")),
        Index("ix_entities_type_last_seen", "entity_type", text("last_seen_at DESC"), text("id DESC")),
        Index("ix_entities_trust_last_seen", "trust_status", text("last_seen_at DESC"), text("id DESC")),
        Index("ix_entities_metadata", "entity_metadata", postgresql_using="gin"),
    )


class ReidEmbedding(Base):
    """What one detection looks like, as a vector."""

    __tablename__ = "reid_embeddings"

    id: Mapped[BigId]
    detection_id: Mapped[int] = mapped_column(ForeignKey("detections.id", ondelete="CASCADE"), unique=True)
    embedding: Mapped[Any] = mapped_column(Vector())
    model: Mapped[str]
    embedding_hash: Mapped[bytes] = mapped_column(LargeBinary, comment="sha256 of the vector's float32 bytes")
    created_at: Mapped[Created]

    __table_args__ = (
        *sha256_sized("embedding_hash"),
        Index("ix_reid_embeddings_hash", "embedding_hash"),
        Index("ix_reid_embeddings_created_brin", "created_at", postgresql_using="brin"),
    )


class EntityRuling(Base):
    """What the owner said of a look or a track: that it is this entity, or never is. Obeyed before any likeness."""

    __tablename__ = "entity_rulings"

    id: Mapped[BigId]
    entity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("entities.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    track_id: Mapped[int | None] = mapped_column(ForeignKey("tracks.id", ondelete="SET NULL"), index=True)
    embedding: Mapped[Any | None] = mapped_column(Vector(), comment="The look that was ruled on")
    embedding_model: Mapped[str | None]
    created_at: Mapped[Created]
    created_by: Mapped[str] = mapped_column(comment="As in the log of changes")

    __table_args__ = (one_of("kind", RULINGS), with_model("embedding", "embedding_model"))
