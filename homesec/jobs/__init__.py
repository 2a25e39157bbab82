"""Work in the background that takes long: resumable, cancellable, with progress."""
