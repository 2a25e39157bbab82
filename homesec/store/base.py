"""The metadata all tables share: naming convention, common column types, checks."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Float, Identity, MetaData, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base of every table."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  (the name and the form are SQLAlchemy's)
        datetime: DateTime(timezone=True),
        float: Float(53),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


BigId = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Created = Annotated[datetime, mapped_column(server_default=text("now()"))]
EmptyDict = Annotated[dict[str, Any], mapped_column(server_default=text("'{}'::jsonb"))]
EmptyList = Annotated[list[Any], mapped_column(server_default=text("'[]'::jsonb"))]
UuidId = Annotated[uuid.UUID, mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))]


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The column holds one of these words."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=column)


def fraction(*columns: str) -> list[CheckConstraint]:
    """Each of these columns lies in 0..1."""
    return [CheckConstraint(f"{column} BETWEEN 0 AND 1", name=f"{column}_range") for column in columns]


def not_negative(*columns: str) -> list[CheckConstraint]:
    """None of these columns is below zero."""
    return [CheckConstraint(f"{column} >= 0", name=f"{column}_not_negative") for column in columns]


def sha256_sized(*columns: str) -> list[CheckConstraint]:
    """Each of these columns is as long as a SHA-256."""
    return [CheckConstraint(f"octet_length({column}) = 32", name=f"{column}_length") for column in columns]


def box(column: str) -> CheckConstraint:
    """The array is a box [x1, y1, x2, y2] in 0..1."""
    return CheckConstraint(
        f"cardinality({column}) = 4 AND array_position({column}, NULL) IS NULL"
        f" AND 0 <= ALL({column}) AND 1 >= ALL({column})"
        f" AND {column}[1] <= {column}[3] AND {column}[2] <= {column}[4]",
        name=column,
    )


def with_model(vector: str, model: str) -> CheckConstraint:
    """A vector never stands without the name of its model: vectors of two models are not comparable."""
    return CheckConstraint(f"({vector} IS NULL) = ({model} IS NULL)", name=f"{vector}_model")
