"""What a search is made of once it is understood: conditions on a track, joined by and, or, not.

All texts in here are folded. Terms are values: equal when they ask for the same, so they serve as keys.
"""

import math
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from tagstudio.domain.judgements import Verdict


@dataclass(frozen=True, slots=True)
class Span:
    """A range of numbers; ends without a limit are infinite."""

    low: float = -math.inf
    high: float = math.inf
    with_low: bool = True
    with_high: bool = True

    def holds(self, number: float) -> bool:
        """Tell whether a number lies in the range."""
        above = number >= self.low if self.with_low else number > self.low
        below = number <= self.high if self.with_high else number < self.high
        return above and below


@dataclass(frozen=True, slots=True)
class AnyText:
    """The value is in the path or in one of the texts that a bare word searches."""

    value: str


@dataclass(frozen=True, slots=True)
class PathText:
    """The value is in the path inside the root, or in its folders alone."""

    value: str
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class FieldText:
    """The value is in a value of a descriptive field, or is the whole of one."""

    name: str
    value: str
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class FieldNumber:
    """A value of a descriptive field begins with a number in the range."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class ColumnText:
    """The value is in what the library measured of the file, or is the whole of it."""

    column: Literal["codec"]
    value: str
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class ColumnNumber:
    """What the library measured of the file lies in the range."""

    column: Literal["duration_s", "rate", "channels", "size"]
    span: Span


@dataclass(frozen=True, slots=True)
class Moment:
    """Added, or last judged, from ``since`` on and before ``until``; UTC as the library writes it, None is open."""

    what: Literal["added", "judged"]
    since: str | None
    until: str | None


@dataclass(frozen=True, slots=True)
class Number:
    """The track with this id."""

    id: int


@dataclass(frozen=True, slots=True)
class HasState:
    """The track is new, heard, missing or failed: exactly one of them."""

    state: Literal["new", "heard", "missing", "failed"]


@dataclass(frozen=True, slots=True)
class HasVerdict:
    """One of these tags has this verdict; without a verdict: any. No tags at all means any tag."""

    tag_ids: tuple[int, ...]
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Unreviewed:
    """The track was heard, and no verdict holds for any of these tags."""

    tag_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lacks:
    """The file says nothing in this field, and none of these tags has a yes."""

    name: str | None
    tag_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """One of these tags has no verdict, and its probability lies in the range."""

    tag_ids: tuple[int, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Similar:
    """Among the tracks nearest to this one (a path or an id, as written)."""

    track: str
    position: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Disagree:
    """Networks whose names hold these words differ widely on one of the curator's tags."""

    models: tuple[str, str]
    position: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    term: "Term"


@dataclass(frozen=True, slots=True)
class All:
    """Every one must hold; none at all finds everything."""

    terms: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One must hold."""

    terms: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """What a saved search asks for; wherever a query leads to it, it is read and answered once.

    ``height`` is how many saved searches lead to one another from here on, this one included.
    """

    name: str
    term: "Term" = field(compare=False)
    height: int = field(compare=False)


# Answered by networks and heads, not by the library: the caller says which tracks they are.
Scored: TypeAlias = Suggested | Similar | Disagree
Stored: TypeAlias = (
    AnyText | PathText | FieldText | FieldNumber | ColumnText | ColumnNumber | Moment | Number | HasState | HasVerdict
    | Unreviewed | Lacks
)  # fmt: skip
Term: TypeAlias = Stored | Scored | Not | All | AnyOf | Saved
