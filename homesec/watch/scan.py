"""One look at all folders, by directory entries alone: no file is opened."""

import heapq
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from homesec.ingest import FoundFile
from homesec.watch.names import is_ignored, is_text, repair

MAX_DEPTH = 16  # folders inside folders
TOLD = 50  # problems of one scan: enough to see what is wrong
MAX_PATH = 2000  # bytes: PostgreSQL's index takes 2700, and no camera's own names come near
CHUNK = 5000  # files of one camera that one scan brings; the rest waits on the disk for the next one


@dataclass
class Scan:
    """What lies in the folders and is not registered."""

    unknown: dict[str, list[FoundFile]] = field(default_factory=dict)
    """By camera folder, oldest first, at most `CHUNK` each."""
    present: set[int] = field(default_factory=set)
    """Fingerprints of all files that are there."""
    folders: list[str] = field(default_factory=list)
    expired: int = 0
    """Files that came longer ago than anything is kept: they are left alone."""
    held_back: int = 0
    """Files in folders that were to be skipped."""
    more: bool = False
    """There are more unknown files than were brought."""
    renamed: list[tuple[bytes, bytes]] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    """By path: what cannot be taken, and why; no more than `TOLD` of them."""

    def refuse(self, path: str, because: str) -> None:
        if len(self.problems) < TOLD:
            self.problems[path] = because


def fingerprint(path: bytes, size: int, mtime_ns: int) -> int:
    """Tells a path in one state from the same path in another; 64 bits, so that a million files take little memory."""
    return hash((path, size, mtime_ns))


def scan(root: Path, known: Collection[int], skipped: Collection[str] = (), oldest_ns: int = 0) -> Scan:
    """Walk all camera folders. Files that came before `oldest_ns` are only counted.

    Raises OSError when the root itself cannot be listed.
    """
    found = Scan()
    top = os.fsencode(root)
    for entry, name in _entries(top, b"", found):
        shown = name.decode("utf-8")
        if not entry.is_dir(follow_symlinks=False):
            found.refuse(shown, "lies in no camera's folder; make a folder for the camera and move it there")
            continue
        found.folders.append(shown)
        files = _files(top, name, found, 1)
        if shown in skipped:
            found.held_back += sum(1 for _ in files)
            continue
        unknown = _unknown(files, known, found, oldest_ns)
        fresh = heapq.nsmallest(CHUNK + 1, unknown, key=lambda file: (file.mtime_ns, file.path))
        if len(fresh) > CHUNK:
            found.more = True
        if fresh:
            found.unknown[shown] = fresh[:CHUNK]
    return found


def scan_folder(root: Path, path: bytes, known: Collection[int]) -> Scan:
    """The same for one folder inside, after it appeared."""
    found = Scan()
    folder = path.partition(b"/")[0].decode("utf-8")
    files = list(_unknown(_files(os.fsencode(root), path, found, path.count(b"/") + 1), known, found))
    if files:
        found.unknown[folder] = sorted(files, key=lambda file: (file.mtime_ns, file.path))
    return found


def _unknown(
    files: Iterator[tuple[bytes, os.DirEntry[bytes]]], known: Collection[int], found: Scan, oldest_ns: int = 0
) -> Iterator[FoundFile]:
    for path, entry in files:
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:  # gone meanwhile, or just renamed: the next scan sees it
            found.more = True
            continue
        mark = fingerprint(path, status.st_size, status.st_mtime_ns)
        found.present.add(mark)
        if mark not in known and status.st_ctime_ns < oldest_ns:
            found.expired += 1
        elif mark not in known:
            yield FoundFile.from_stat(path, status)


def _files(top: bytes, folder: bytes, found: Scan, depth: int) -> Iterator[tuple[bytes, os.DirEntry[bytes]]]:
    if depth > MAX_DEPTH:
        found.refuse(_shown(folder), f"lies deeper than {MAX_DEPTH} folders")
        return
    try:
        for entry, name in _entries(top, folder, found):
            path = folder + b"/" + name
            if len(path) > MAX_PATH:
                found.refuse(_shown(path[:100]) + "…", f"its path is longer than {MAX_PATH} bytes")
            elif entry.is_dir(follow_symlinks=False):
                yield from _files(top, path, found, depth + 1)
            else:
                yield path, entry
    except (FileNotFoundError, NotADirectoryError):  # gone meanwhile
        return
    except OSError as error:
        found.refuse(_shown(folder), f"the folder cannot be read: {error.strerror}")


def _entries(top: bytes, folder: bytes, found: Scan) -> Iterator[tuple[os.DirEntry[bytes], bytes]]:
    """Entries of a folder and their names; hidden and temporary ones left out, unreadable names changed."""
    path = os.path.join(top, folder)
    with os.scandir(path) as listing:
        entries = list(listing)
    for entry in entries:
        name = entry.name
        if not is_text(name):
            changed = repair(path, name)
            if changed is None:
                found.refuse(_shown(os.path.join(folder, name)), "its name is not UTF-8 and cannot be changed")
                continue
            found.renamed.append((os.path.join(folder, name), os.path.join(folder, changed)))
            name = changed
        if not is_ignored(name):
            yield entry, name


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")
