"""The truth about a world, and what models that know it would say."""
