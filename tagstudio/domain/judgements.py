"""Verdicts and the judgements that carry them."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """A curator's answer to "does this tag fit this track?"; CLEARED takes an earlier answer back."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    CLEARED = "cleared"


class Origin(StrEnum):
    """Where a judgement came from."""

    CURATOR = "curator"
    FILE = "file"
    IMPORT = "import"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One verdict on (track, tag); never changed once made, the latest one counts.

    ``start_s`` and ``end_s`` are set when the verdict is about one segment only.
    """

    track_id: int
    tag_id: int
    verdict: Verdict
    origin: Origin = Origin.CURATOR
    batch: int = 0
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What one batch did; ``judged`` counts its verdicts, ``text`` describes it for the history."""

    judged: int
    batch: int
    text: str = ""
