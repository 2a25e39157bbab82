"""homesec: what happened in front of the cameras, how worrying it is, and why."""

__version__ = "0.1.0"
