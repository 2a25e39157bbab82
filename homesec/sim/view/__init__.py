"""What a camera sees of the world: projection, outlines, and when there is anything to look at."""
