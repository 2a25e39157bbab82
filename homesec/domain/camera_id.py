"""From the name of a folder to the id of its camera: what a person would type in an address."""

import hashlib
import re
import unicodedata

from homesec.errors import InvalidInput

MAX_LENGTH = 63
_SPELLED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
    | {"&": " and ", "+": " plus "}
)


def camera_id(folder: str) -> str:
    """Lower case, accents dropped, words joined by `_`; only [a-z0-9_], at most 63 characters.

    What cannot be spelled so (other scripts), or is longer, keeps its difference as eight digits of a hash at the end.
    Raises InvalidInput for what is no name of a folder that is shown: empty, hidden, with a slash or a NUL.
    """
    if not folder.strip() or folder.startswith(".") or "/" in folder or "\0" in folder:
        raise InvalidInput(f"{folder!r} is no name for a camera's folder")
    words = unicodedata.normalize("NFKD", folder.casefold().translate(_SPELLED))
    spelled = "".join(char for char in words if not unicodedata.combining(char))
    lost = any(char.isalnum() and not char.isascii() for char in spelled)
    name = re.sub(r"[^a-z0-9]+", "_", spelled).strip("_")
    if lost or not name or len(name) > MAX_LENGTH:
        digest = hashlib.sha256(unicodedata.normalize("NFC", folder).encode("utf-8", "surrogateescape")).hexdigest()[:8]
        name = f"{(name or 'camera')[: MAX_LENGTH - 9].rstrip('_')}_{digest}"
    return name
