"""What the watcher says about itself."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class WatchHealth:
    """One look at the watcher, for the health page."""

    mode: str
    """starting, watching, polling, or waiting (for what is away)."""
    because: str | None
    """Why it polls or waits."""
    folders: int
    waiting_files: int
    """Noticed or held back, and not registered: growing, of a deleted camera, or waiting for room."""
    expired: int
    """Files that came longer ago than anything is kept: they are not taken, and stay where they are."""
    new: int
    """Registered since the start, refused ones included."""
    rejected: int
    repeated: int
    settled: bool
    """Everything was looked at since the watch was set up: from now on each change is noticed."""
    last_scan_s: float
    refused: dict[str, str] = field(default_factory=dict)
    """Folders and files that are left where they are, each with its reason."""
    last_error: str | None = None
