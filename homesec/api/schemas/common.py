"""What all schemas share: rows become schemas here, lists have one form, errors have one form."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MAX_ID = 2**63 - 1  # PostgreSQL's bigint


def _printable(words: str) -> str:
    if any((sign < " " and sign not in "\n\t") or "\ud800" <= sign <= "\udfff" for sign in words):
        raise ValueError("control characters and halves of characters are not allowed")
    return words


Words = Annotated[str, AfterValidator(_printable)]
"""Text as people write it: no NUL and no lone surrogate (PostgreSQL takes neither), no other control characters but
newline and tab."""

CAMERA_ID = r"^[a-z0-9][a-z0-9_]{0,62}$"


class Input(BaseModel):
    """A body that a client sends; an unknown name in it is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Output(BaseModel):
    """A body that the server sends."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def from_row(cls, row: Mapping[Any, Any], **more: Any) -> Self:
        """From a row that has (at least) the columns of this schema; `more` adds what stands in no column."""
        return cls.model_validate({**row, **more})


Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: Annotated[str | None, Field(description="Pass it as `cursor` for the next page; null at the end")]
    seq: Annotated[
        int, Field(description="Number of the newest message when the list was read: pass it to the socket as `after`")
    ]


class FieldProblem(BaseModel):
    """What is wrong with one part of the request."""

    where: str
    message: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    instance: Annotated[str, Field(description="Id of the request, also in the header X-Request-ID and in the logs")]
    errors: list[FieldProblem] = Field(default_factory=list)


def page_of(items: Sequence[Item], next_cursor: str | None, seq: int) -> dict[str, Any]:
    return {"items": items, "next_cursor": next_cursor, "seq": seq}
