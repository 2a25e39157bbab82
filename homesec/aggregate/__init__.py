"""The aggregator without Ray: detected uploads, in event time, into tracks and batches."""

from homesec.aggregate.rounds import ROUND, Aggregation

__all__ = ["ROUND", "Aggregation"]
