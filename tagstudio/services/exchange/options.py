"""How an export may be varied."""

from dataclasses import dataclass
from pathlib import Path

SUGGEST_ABOVE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What the curator chose; every format looks at what concerns it.

    ``wide`` is one column per tag, ``per_facet`` one per facet; ``bom`` marks UTF-8 for spreadsheets; ``relative``
    writes paths as seen from ``folder``, which is where the export will be.
    """

    wide: bool = False
    per_facet: bool = False
    bom: bool = False
    relative: bool = False
    suggestions: bool = True
    minimum: float = SUGGEST_ABOVE
    folder: Path = Path()
