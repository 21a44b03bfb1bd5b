"""Cells that a spreadsheet would run as formulas: guarded by an apostrophe, and reversible.

Cells that begin like a formula get a leading apostrophe, and the column ``guarded`` names the columns of its row where
that was done. A table without such a column is read as it is.
"""

from collections.abc import Mapping, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
GUARD = "'"


def guarded(columns: Sequence[str], cells: Sequence[str]) -> list[str]:
    """Return a row with its risky cells guarded, and a last cell that names their columns."""
    risky = [name for name, cell in zip(columns, cells, strict=False) if cell.startswith(FORMULA)]
    if not risky:
        return [*cells, ""]
    return [guard(cell) for cell in cells] + [" ".join(risky)]


def unguarded(row: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    """Return the cells of a row by column, as they were before they were guarded."""
    cells = {name: row[number] for name, number in columns.items() if number < len(row)}
    for name in cells.pop("guarded", "").split():
        if cells.get(name, "").startswith(GUARD):
            cells[name] = cells[name][1:]
    return cells


def guard(cell: str) -> str:
    """Return a cell that no spreadsheet runs."""
    return f"{GUARD}{cell}" if cell.startswith(FORMULA) else cell


def guarded_header(name: str) -> str:
    """Return a header that no spreadsheet runs; headers have no column that says so, so an apostrophe is doubled."""
    return f"{GUARD}{name}" if name.startswith((*FORMULA, GUARD)) else name


def unguarded_header(header: str) -> str:
    """Return the name that ``guarded_header`` was given."""
    return header.removeprefix(GUARD)
