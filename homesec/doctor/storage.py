"""The data folder: room, permissions, and file systems that report no changes."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from homesec.doctor.finding import Finding, ok, problem, warning
from homesec.settings import Settings

_GB = 2**30
_LEAST_GB, _GOOD_GB = 1.0, 10.0
_LEAST_INODES = 10_000
_REMOTE = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "virtiofs", "vboxsf", "fuse.sshfs"}


def examine(settings: Settings) -> Iterator[Finding]:
    place = _existing(settings.data_dir)
    yield _room(place)
    yield _writable(settings.data_dir, place)
    yield from _keys(settings.data_dir)
    kind = file_system(_existing(settings.cameras_dir))
    if kind in _REMOTE and not settings.uploads.force_polling:
        yield warning(
            str(settings.cameras_dir),
            f"lies on a network file system ({kind}), which reports no changes of other machines: set "
            "uploads.force_polling = true",
        )
    if not settings.database_url and (kind := file_system(place)) in _REMOTE:
        yield warning(
            str(settings.data_dir),
            f"lies on a network file system ({kind}), where PostgreSQL is slow and may lose data: choose a local disk, "
            "or set database_url",
        )


def _existing(path: Path) -> Path:
    """The path itself, or the next folder above it that is there."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _room(place: Path) -> Finding:
    usage, inodes = shutil.disk_usage(place), os.statvfs(place)
    free = usage.free / _GB
    said = f"{free:.1f} of {usage.total / _GB:.0f} GB are free at {place}"
    if free < _LEAST_GB:
        return problem("disk", f"{said}: free some, or uploads will stay undetected")
    if inodes.f_files and inodes.f_favail < _LEAST_INODES:
        return problem("disk", f"only {inodes.f_favail} more files fit at {place} (inodes): delete files there")
    if free < _GOOD_GB:
        return warning("disk", f"{said}; a camera may fill that within days: free some, or use a larger disk")
    return ok("disk", said)


def _writable(data_dir: Path, place: Path) -> Finding:
    subject = str(data_dir)
    if not place.is_dir():
        return problem(subject, f"{place} is a file: choose another data folder (--data-dir)")
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"x")
    except OSError as error:
        return problem(
            subject,
            f"{place} cannot be written ({error.strerror}): start homesec as the user it belongs to, or choose another "
            "data folder (--data-dir)",
        )
    return ok(subject, "can be written" if place == data_dir else f"will be made in {place}")


def _keys(data_dir: Path) -> Iterator[Finding]:
    """Files with secrets that others can read."""
    for name in ("admin.key", "ray.token", "postgres/password", "redis/password"):
        path = data_dir / name
        try:
            mode = path.stat().st_mode
        except OSError:
            continue  # not made yet, or not ours to see
        if mode & 0o077:
            yield problem(str(path), f"other users can read this secret: chmod 600 {path}")


def file_system(path: Path) -> str:
    """The type of the file system that holds this path, like ext4 or nfs4; empty when unknown."""
    real = path.resolve()
    mounts = {Path(mount.mountpoint): mount.fstype for mount in psutil.disk_partitions(all=True)}
    return next((mounts[folder] for folder in (real, *real.parents) if folder in mounts), "")
