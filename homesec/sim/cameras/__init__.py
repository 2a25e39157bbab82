"""How the cameras of the household record and send, and what goes wrong on the way."""
