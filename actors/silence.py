"""How long each actor of the tree has been silent, and from when on that is too long. Times are monotonic arguments."""

START_S = 180.0  # from being made to the first answer: on a cold disk and a busy machine a model takes minutes
HUNG_S = 30.0  # an actor that has answered before and is silent for so long will not answer any more


class Silence:
    """By the actor's name."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[float, float]] = {}

    def starts(self, name: str, now: float) -> None:
        """It was just made, or is being started again."""
        self._since[name] = (now, START_S)

    def ends(self, name: str, now: float) -> None:
        """It has answered."""
        self._since[name] = (now, HUNG_S)

    def lasts_s(self, name: str, now: float) -> float:
        return now - self._since.get(name, (now, START_S))[0]

    def is_too_long(self, name: str, now: float) -> bool:
        since, allowed_s = self._since.get(name, (now, START_S))
        return now - since > allowed_s
