"""The watcher without Ray: from files in the cameras' folders to rows and queue entries.

The folder is the only door and the buffer: whatever is away (database, Redis, the writer), files wait where they lie.
"""
