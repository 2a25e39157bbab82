"""Pictures and clips: decoding, thumbnails, and where the bytes lie."""
