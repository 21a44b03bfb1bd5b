"""Figures that benchmarks print: a name, a value, and what it is to be held against."""

from collections.abc import Sequence
from dataclasses import dataclass

# Columns of the table that hold numbers.
_NUMBERS = (1, 3, 4)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; ``yardstick`` is in the same unit, ``note`` says what else matters."""

    name: str
    value: float
    unit: str
    yardstick: float | None = None
    note: str = ""


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as aligned text, one line each, under a heading."""
    rows = [("figure", "value", "unit", "yardstick", "ratio", "note"), *(_row(each) for each in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _row(figure: Figure) -> tuple[str, ...]:
    against = figure.yardstick
    return (
        figure.name,
        _number(figure.value),
        figure.unit,
        "" if against is None else _number(against),
        "" if not against else f"{figure.value / against:.2f}",
        figure.note,
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        text.rjust(width) if place in _NUMBERS else text.ljust(width)
        for place, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
