"""Storylines by family: each a function of a scene that gives a story."""
