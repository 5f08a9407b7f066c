"""Small charts as plain numbers for SVG attributes: no script, no inline style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STEP, WIDTH, HEIGHT, LEAST = 10, 7, 48, 1


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `y` and `height` are text with one decimal. `now`: the last one, which still grows."""

    x: int
    y: str
    height: str
    now: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """A row of bars and the box they stand in."""

    bars: list[Bar]
    width: int
    height: int


def bars(numbers: Sequence[int]) -> Bars:
    """Bars as high as their numbers, the highest as high as the box; zero is a hairline."""
    top = max(numbers, default=0) or 1
    made = []
    for place, number in enumerate(numbers):
        height = max(number * (HEIGHT - 3) / top, LEAST)
        made.append(Bar(place * STEP, f"{HEIGHT - height:.1f}", f"{height:.1f}", place == len(numbers) - 1))
    return Bars(made, len(numbers) * STEP - (STEP - WIDTH), HEIGHT + 2)
