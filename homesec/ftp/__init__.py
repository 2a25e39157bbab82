"""The FTP door: opt-in, for cameras that can do nothing else. It only puts files into the cameras' folders.

A user for each camera, confined to its folder, who may store and no more: not read, not delete, not see another's.
"""

from homesec.ftp.door import Door

__all__ = ["Door"]
