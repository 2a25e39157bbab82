"""Names of files and folders: which are not looked at, and which must be changed to be watched at all."""

import hashlib
import os

_TEMPORARY = (b".tmp", b".temp", b".part", b".partial", b".filepart", b".crdownload", b".swp", b".swx", b"~")
_SYSTEM = frozenset({b"thumbs.db", b"desktop.ini", b"lost+found", b"$recycle.bin", b"@eadir"})
_MAX_BYTES = 255  # of a name, on every common file system


def is_ignored(name: bytes) -> bool:
    """Hidden, temporary (until it is renamed) or of the operating system."""
    lower = name.lower()
    return name.startswith(b".") or lower.endswith(_TEMPORARY) or lower in _SYSTEM


def is_inside(path: bytes) -> bool:
    """Whether a path relative to the folder of all cameras is a file's or folder's that counts."""
    return bool(path) and not any(is_ignored(part) for part in path.split(b"/"))


def is_text(name: bytes) -> bool:
    """Whether the name is valid UTF-8. One that is not ends the kernel watch of the whole tree."""
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def as_text(name: bytes) -> bytes:
    """The name with each byte that is not UTF-8 as %XX; too long a result keeps its start, a hash and its ending."""
    readable = "".join(
        f"%{ord(char) - 0xDC00:02X}" if 0xDC80 <= ord(char) <= 0xDCFF else char
        for char in name.decode("utf-8", "surrogateescape")
    ).encode()
    if len(readable) <= _MAX_BYTES:
        return readable
    stem, ending = os.path.splitext(readable)
    digest = hashlib.sha256(name).hexdigest()[:16].encode()
    start = stem[: _MAX_BYTES - len(ending[:32]) - len(digest) - 1].decode("utf-8", "ignore").encode()
    return start + b"_" + digest + ending[:32].decode("utf-8", "ignore").encode()


def repair(folder: bytes, name: bytes) -> bytes | None:
    """Rename an entry of a folder so that its name is UTF-8; never over another. None when that is not allowed."""
    wanted = as_text(name)
    for attempt in range(100):
        stem, ending = os.path.splitext(wanted)
        candidate = wanted if attempt == 0 else stem[:200] + b"~%d" % attempt + ending
        target = os.path.join(folder, candidate)
        if os.path.lexists(target):
            continue
        try:
            os.rename(os.path.join(folder, name), target)
        except OSError:
            return None
        return candidate
    return None
