"""How a drawn seal looks: a ring, a star, the body's name around it, the kind of seal below. One geometry for
PDF and page. Measures in millimetres from the centre, y upwards; 42 mm across for bodies of a district or below."""

import math
from dataclasses import dataclass

RADIUS = 21.0
RING = 1.2
STAR = 7.0  # radius
ROUND = 16.2  # radius of the feet of the name
NAME_SIZE = 5.2  # height of its characters
NAME_WIDEST = 250.0  # degrees
BELOW_SIZE, BELOW_Y, BELOW_WIDEST = 4.2, -12.2, 26.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A character with the middle of its foot at x, y, turned clockwise by `angle` degrees."""

    text: str
    x: float
    y: float
    angle: float
    size: float
    squeeze: float = 1.0


def around(name: str) -> list[Placed]:
    """The name from left to right over the top; a long one gets narrower characters."""
    step = min(26.0, NAME_WIDEST / max(len(name) - 1, 1))
    room = math.radians(step) * ROUND
    squeeze = min(1.0, room / NAME_SIZE * 0.98)
    first = -step * (len(name) - 1) / 2
    inner = ROUND - NAME_SIZE * 0.35
    placed = []
    for place, character in enumerate(name):
        angle = first + step * place
        turn = math.radians(angle)
        placed.append(
            Placed(
                character,
                round(inner * math.sin(turn), 3),
                round(inner * math.cos(turn), 3),
                round(angle, 3),
                NAME_SIZE,
                round(squeeze, 3),
            )
        )
    return placed


def below(name: str) -> list[Placed]:
    """The kind of seal on a straight line below the star."""
    step = min(BELOW_SIZE, BELOW_WIDEST / max(len(name), 1))
    squeeze = round(step / BELOW_SIZE, 3)
    first = -step * (len(name) - 1) / 2
    return [
        Placed(character, round(first + step * place, 3), BELOW_Y, 0, BELOW_SIZE, squeeze)
        for place, character in enumerate(name)
    ]


def star() -> list[tuple[float, float]]:
    inner = STAR * math.sin(math.radians(18)) / math.sin(math.radians(54))
    return [
        (
            round((STAR if n % 2 == 0 else inner) * math.sin(math.radians(36 * n)), 3),
            round((STAR if n % 2 == 0 else inner) * math.cos(math.radians(36 * n)), 3),
        )
        for n in range(10)
    ]
