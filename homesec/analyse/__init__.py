"""The analyst without Ray: a batch becomes an event, with a score that its evidence explains."""

from homesec.analyse.analysis import Analysis

__all__ = ["Analysis"]
