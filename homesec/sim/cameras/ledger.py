"""What was really sent: a line for each upload of the household, `<data>/simulated-uploads.jsonl`."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from homesec.sim.cameras.uploads import Upload

FILE = "simulated-uploads.jsonl"
_TIMES = ("captured_at", "stamp", "arrives_at")


@dataclass(frozen=True)
class Sent:
    """An upload that was sent as a whole, or as much of it as there was to be."""

    upload: Upload
    at: datetime
    """Wall clock."""
    size: int
    sha256: str


class Ledger:
    """The file while it is written; lines are there at once for those who read."""

    def __init__(self, data_dir: Path) -> None:
        self._file = (data_dir / FILE).open("a", encoding="utf-8", buffering=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def note(self, upload: Upload, data: bytes, at: datetime) -> None:
        row: dict[str, Any] = asdict(upload)
        row |= {name: row[name].isoformat() for name in _TIMES}
        row |= {"sent_at": at.isoformat(), "size": len(data), "sha256": sha256(data).hexdigest()}
        self._file.write(json.dumps(row, separators=(",", ":")) + "\n")


def sent(data_dir: Path) -> Iterator[Sent]:
    """All that was sent so far, in order; nothing where nothing was sent yet."""
    try:
        lines = (data_dir / FILE).read_text(encoding="utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        return
    for line in lines:
        if not line.endswith("\n"):
            return  # it is being written just now
        row: dict[str, Any] = json.loads(line)
        at, size, digest = datetime.fromisoformat(row.pop("sent_at")), row.pop("size"), row.pop("sha256")
        times = {name: datetime.fromisoformat(row[name]) for name in _TIMES}
        yield Sent(Upload(**{**row, **times}), at, size, digest)
