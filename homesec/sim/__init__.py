"""The simulated household: a small deterministic world with ground truth, for demo, tests and measurement.

A world follows from a seed and a span of time. Asked for a moment it gives a `Snapshot`; a snapshot seen by a camera is
a picture (`draw`) and the truth about it (`truth`). Nothing here knows Ray, and the pipeline never looks in here.
"""
