"""From what a search text is made of to what it asks for: fields, values, tags and saved searches are looked up."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from tagstudio.domain.errors import QueryError
from tagstudio.domain.judgements import Verdict
from tagstudio.library.search import values
from tagstudio.library.search.advice import asked_field, asked_tags, not_a, tag_ids_of
from tagstudio.library.search.fields import BY_NAME, STATES, Field
from tagstudio.library.search.grammar import MOST_TERMS, Group, Node, Part, read
from tagstudio.library.search.known import Known, named
from tagstudio.library.search.terms import (
    All,
    AnyOf,
    AnyText,
    ColumnNumber,
    ColumnText,
    Disagree,
    FieldNumber,
    FieldText,
    HasState,
    HasVerdict,
    Lacks,
    Moment,
    Not,
    Number,
    PathText,
    Saved,
    Similar,
    Span,
    Suggested,
    Term,
    Unreviewed,
)  # fmt: skip
from tagstudio.library.texts import searchable

# What counts as suggested when a search does not say how likely.
SUGGESTED_FROM = Span(low=0.5)
MOST_SAVED = 10
_LIKELY = re.compile(r"(.*?)(>=|<=|>|<|=|:)([^<>=:]+)", re.DOTALL)
_READERS: dict[str, values.Reader] = {
    "length": values.seconds, "rate": values.kilohertz, "channels": values.number, "size": values.number,
}  # fmt: skip
_COLUMNS: dict[str, Literal["duration_s", "rate", "channels", "size"]] = {
    "length": "duration_s", "rate": "rate", "channels": "channels", "size": "size",
}  # fmt: skip


class _TooDeepError(QueryError):
    """Said once, not again for every saved search on the way."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """Gives the parts of one text their meaning, in one library at one time.

    ``inside`` are the saved searches that led here, outermost first; ``seen`` are those that were read already.
    """

    known: Known
    now: datetime
    inside: tuple[str, ...] = ()
    seen: dict[str, Saved] = field(default_factory=dict)

    def of_text(self, text: str) -> Term:
        """Return what a text asks for."""
        node = read(text)
        if node is None:
            return All(())
        if (count := _count(node)) > MOST_TERMS:
            raise QueryError(f"The search has {count:,} words; {MOST_TERMS} is the most.", "Use fewer words.")
        return self._node(node)

    def _node(self, node: Node) -> Term:
        if isinstance(node, Part):
            return self._part(node)
        parts = tuple(self._node(each) for each in node.parts)
        return Not(parts[0]) if node.kind == "not" else All(parts) if node.kind == "and" else AnyOf(parts)

    def _part(self, part: Part) -> Term:
        value = searchable(part.value)
        if not value:
            what = "between the quotes" if part.is_quoted else "that could be searched for"
            raise QueryError(f"There is nothing {what}.", "Type a word there.", position=part.at)
        if not part.field:
            return AnyText(value)
        field = asked_field(part, self.known)
        if part.is_exact and field.kind not in ("text", "codec"):
            raise QueryError("This field takes no equals sign.", "Take it away.", position=part.at)
        if part.suffix and field.kind != "suggest":
            raise QueryError(
                "A space is missing here.", "Put a space before and after a phrase in quotes.",
                position=part.at + len(part.value) + 2,
            )  # fmt: skip
        return _KINDS[field.kind](self, part, field, value)

    def text(self, part: Part, field: Field, value: str) -> Term:
        """``genre:jazz``, ``genre:="jazz"`` for the whole value, ``energy:5..8`` where it is a range of numbers."""
        if whole := _whole(part, value):
            return FieldText(field.stored, whole, is_whole=True)
        if not part.is_quoted and values.is_range(value) and (span := values.span(value, values.number)):
            return FieldNumber(field.stored, span)
        return FieldText(field.stored, value)

    def number(self, part: Part, field: Field, value: str) -> Term:
        """``bpm:120..130``; a year is a whole number, so that 1999.12.31 is in 1999."""
        span = _span(part, field, value, values.number)
        return FieldNumber(field.stored, values.whole(span) if field.name == "year" else span)

    def column(self, part: Part, field: Field, value: str) -> Term:
        """``length:3:00..5:00``."""
        return ColumnNumber(_COLUMNS[field.kind], _span(part, field, value, _READERS[field.kind]))

    def path(self, part: Part, field: Field, value: str) -> Term:
        """``path:live``, ``folder:live``."""
        return PathText(value, is_folder=field.kind == "folder")

    def codec(self, part: Part, field: Field, value: str) -> Term:
        """``codec:flac``."""
        whole = _whole(part, value)
        return ColumnText("codec", whole or value, is_whole=bool(whole))

    def added(self, part: Part, field: Field, value: str) -> Term:
        """``added:..7d``."""
        return self._moment(part, "added", value)

    def judged(self, part: Part, field: Field, value: str) -> Term:
        """``judged:jazz``, else a time; a tag that is called like a time needs quotes."""
        if not part.is_quoted and tag_ids_of(part.value, self.known) is None and values.moments(value, self.now):
            return self._moment(part, "judged", value)
        return HasVerdict(asked_tags(part, part.value, self.known))

    def verdict(self, part: Part, field: Field, value: str) -> Term:
        """``tag:jazz``, ``no:jazz``, ``unsure:jazz``."""
        meant = {"tag": Verdict.YES, "no": Verdict.NO, "unsure": Verdict.UNSURE}[field.kind]
        return HasVerdict(asked_tags(part, part.value, self.known), meant)

    def unreviewed(self, part: Part, field: Field, value: str) -> Term:
        """``unreviewed:mood``."""
        return Unreviewed(asked_tags(part, part.value, self.known, is_facet_first=True))

    def missing(self, part: Part, field: Field, value: str) -> Term:
        """``missing:genre``: a field of files, a facet, or both when they share the name."""
        in_files = BY_NAME.get(value)
        stored = in_files.stored if in_files and in_files.stored else value if value in self.known.fields else None
        facet = named(self.known.facets, part.value)
        if stored is None and facet is None:
            raise not_a(
                part, "field or facet", [*self.known.facets, *(name for name in BY_NAME if BY_NAME[name].stored)]
            )
        return Lacks(stored, () if facet is None else self.known.facets[facet])

    def state(self, part: Part, field: Field, value: str) -> Term:
        """``is:heard``."""
        states: dict[str, Term] = {
            "new": HasState("new"), "heard": HasState("heard"), "missing": HasState("missing"),
            "failed": HasState("failed"), "judged": HasVerdict(()), "unjudged": Not(HasVerdict(())),
        }  # fmt: skip
        if value not in states:
            raise not_a(part, "state", STATES)
        return states[value]

    def suggest(self, part: Part, field: Field, value: str) -> Term:
        """``suggest:jazz>0.8``, ``suggest:"hard rock":0.4..0.6``."""
        written, likely = part.value, searchable(part.suffix)
        if not part.is_quoted and tag_ids_of(written, self.known) is None and (found := _LIKELY.fullmatch(written)):
            written, likely = found[1], searchable(found[2] + found[3])
        span = SUGGESTED_FROM
        if likely:
            meant = likely[1:] if likely[0] == ":" or (likely[0] == "=" and ".." in likely) else likely
            if (read_span := values.span(meant, values.share)) is None:
                raise QueryError(
                    f"“{likely}” says nothing about how likely.",
                    "Write for example suggest:jazz>0.8.",
                    position=part.at,
                )
            span = read_span
        return Suggested(asked_tags(part, written, self.known), span)

    def similar(self, part: Part, field: Field, value: str) -> Term:
        """``similar:"a/file.flac"``, ``similar:12``."""
        return Similar(part.value, part.at)

    def disagree(self, part: Part, field: Field, value: str) -> Term:
        """``disagree:musicnn,vgg``."""
        names = [name.strip() for name in value.split(",")]
        if len(names) != 2 or not all(names) or names[0] == names[1]:
            raise QueryError(
                "Two networks can disagree, no more and no fewer.", "Write for example disagree:musicnn,vgg.",
                position=part.at,
            )  # fmt: skip
        return Disagree((names[0], names[1]), part.at)

    def saved(self, part: Part, field: Field, value: str) -> Term:
        """``in:"to hear again"``."""
        name = named(self.known.saved, part.value)
        if name is None:
            raise not_a(part, "saved search", self.known.saved)
        if name in self.inside:
            raise QueryError(f"The saved search “{part.value}” leads back to itself.", "Change it.", position=part.at)
        # Looked at before reading it, so that nothing goes deeper, and after, for it may have been read nearer the top.
        if len(self.inside) >= MOST_SAVED or len(self.inside) + self._saved(part, name).height > MOST_SAVED:
            raise _TooDeepError(
                f"Saved searches lead to one another over more than {MOST_SAVED} steps.",
                "Put the words of one into another.",
                position=part.at,
            )
        return self.seen[name]

    def _saved(self, part: Part, name: str) -> Saved:
        if name not in self.seen:
            inner = replace(self, inside=(*self.inside, name))
            try:
                term = inner.of_text(self.known.saved[name])
            except _TooDeepError as error:
                raise _TooDeepError(error.what, error.advice, position=part.at) from error
            except QueryError as error:
                raise QueryError(
                    f"The saved search “{part.value}” does not work any more: {error.what}", error.advice,
                    position=part.at,
                ) from error  # fmt: skip
            self.seen[name] = Saved(name, term, _height(term) + 1)
        return self.seen[name]

    def id(self, part: Part, field: Field, value: str) -> Term:
        """``id:12``."""
        if not (value.isascii() and value.isdigit() and len(value) < 20 and int(value) < 2**63):
            raise QueryError(f"“{part.value}” is not a track's number.", "Write for example id:12.", position=part.at)
        return Number(int(value))

    def _moment(self, part: Part, what: Literal["added", "judged"], value: str) -> Term:
        found = values.moments(value, self.now)
        if found is None:
            raise QueryError(
                f"“{part.value}” is not a time.",
                f"Write for example {what}:..7d for the last seven days, or {what}:2026-01..2026-03.",
                position=part.at,
            )
        return Moment(what, values.written(found[0]), values.written(found[1]))


_KINDS: dict[str, Callable[[Meaning, Part, Field, str], Term]] = {
    "text": Meaning.text, "number": Meaning.number, "path": Meaning.path, "folder": Meaning.path,
    "codec": Meaning.codec, "length": Meaning.column, "rate": Meaning.column, "channels": Meaning.column,
    "size": Meaning.column, "added": Meaning.added, "judged": Meaning.judged, "state": Meaning.state, "id": Meaning.id,
    "tag": Meaning.verdict, "no": Meaning.verdict, "unsure": Meaning.verdict, "unreviewed": Meaning.unreviewed,
    "missing": Meaning.missing, "suggest": Meaning.suggest, "similar": Meaning.similar, "disagree": Meaning.disagree,
    "in": Meaning.saved,
}  # fmt: skip


def _whole(part: Part, value: str) -> str:
    """Return what a value must be as a whole; empty when it need only be in it."""
    if part.is_quoted:
        return value if part.is_exact else ""
    return value[1:] if value.startswith("=") else ""


def _span(part: Part, field: Field, value: str, read_value: values.Reader) -> Span:
    found = values.span(value, read_value)
    if found is None:
        example = field.detail.rpartition(": ")[2] if ":" in field.detail else f"{field.name}:2"
        raise QueryError(
            f"“{part.value}” is not a number or a range of numbers.", f"Write for example {example}.", position=part.at
        )
    return found


def _height(term: Term) -> int:
    """Return how many saved searches a term leads through."""
    if isinstance(term, Saved):
        return term.height
    if isinstance(term, Not):
        return _height(term.term)
    return max(map(_height, term.terms), default=0) if isinstance(term, All | AnyOf) else 0


def _count(node: Node) -> int:
    waiting, count = [node], 0
    while waiting:
        each = waiting.pop()
        if isinstance(each, Group):
            waiting.extend(each.parts)
        else:
            count += 1
    return count
