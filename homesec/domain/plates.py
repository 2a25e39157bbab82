"""Number plates in one spelling, so that the same plate is the same text."""

from homesec.errors import InvalidInput

LONGEST = 20


def normal_plate(text: str) -> str:
    """Upper case letters and digits, no gaps: `B-KT 4821` is `BKT4821`. Raises InvalidInput when nothing is left."""
    plate = "".join(sign for sign in text.upper() if sign.isalnum())
    if not plate:
        raise InvalidInput("a plate has letters or digits")
    if len(plate) > LONGEST:
        raise InvalidInput(f"a plate has at most {LONGEST} letters and digits")
    return plate
