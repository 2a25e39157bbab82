"""Pictures to train the household's detector on, and how well it finds what they show."""
