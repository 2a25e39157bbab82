"""Search by meaning: models that turn text into vectors, and the pass that gives every event its own."""
