"""Pictures of the simulated world: the place, its light and weather, who moves in it, and the camera's own flaws."""
