"""The search language: bare words and ``field:value``, all of which must hold.

``parse`` gives a Query with two faces, one for SQLite and one for Python, that agree on every track.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from lark import Lark, Token, UnexpectedInput, UnexpectedToken
from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import InstrumentedAttribute

from tagstudio.domain.errors import QueryError
from tagstudio.domain.judgements import Verdict
from tagstudio.domain.tracks import FIELDS, Track
from tagstudio.library.schema import JudgementRow, TagRow, TrackFieldRow, TrackRow
from tagstudio.library.texts import searchable

SEARCHED = ("path", *FIELDS, "tag", "id")

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_GRAMMAR = r"""
    start: (_term (_SPACE _term)*)?
    _term: [NAME] (QUOTED | WORD)
    NAME.2: /[^\s":]+:/
    QUOTED: /%s/s
    WORD: /[^\s"]+/
    _SPACE: /\s+/
"""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: ``value`` is in ``field``, or in any text when there is no field; ``value`` is folded."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Query:
    """What a search text asks for; every term must hold, no terms find everything."""

    text: str
    terms: tuple[Term, ...]

    def sql(self) -> ColumnElement[bool]:
        """Return the condition on ``track``."""
        return and_(true(), *(_condition(term) for term in self.terms))

    def matches(self, track: Track, tags: Collection[str], fields: Mapping[str, Sequence[str]] | None = None) -> bool:
        """Whether a track is found; ``tags`` are the names that the curator said yes to.

        ``fields`` are the track's full fields as stored; without them the texts of ``track`` are searched, which
        are cut at 200 characters and join several values by ``; ``.
        """
        own = {name: (getattr(track, name),) for name in FIELDS if getattr(track, name)} if fields is None else fields
        texts = {name: [searchable(value) for value in own.get(name, ())] for name in FIELDS}
        texts["path"] = [searchable(track.display)]
        return all(_holds(term, track, texts, {searchable(tag) for tag in tags}) for term in self.terms)


def parse(text: str) -> Query:
    r"""Understand a search text, e.g. ``béla artist:"de la" tag:jazz``; ``\"`` is a quote inside quotes.

    Raises
    ------
    QueryError
        If a quote is not closed, a field is unknown or without value; ``position`` is the character.
    """
    stripped = text.rstrip()
    offset = len(stripped) - len(stripped.lstrip())
    try:
        tree = _parser().parse(stripped[offset:])
    except UnexpectedInput as error:
        raise _explained(text, error, offset) from error
    terms = []
    field: Token | None = None
    for token in tree.children:
        if isinstance(token, Token) and token.type == "NAME":
            field = token
        elif isinstance(token, Token):
            terms.append(_term(field, token, offset))
            field = None
    return Query(text, tuple(terms))


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR % _QUOTED, parser="lalr", lexer="contextual")


def _term(field: Token | None, token: Token, offset: int) -> Term:
    position = offset + (token.start_pos or 0)
    value = searchable(_unquoted(token))
    if not value:
        raise QueryError("There is nothing between the quotes.", "Type a word there.", position=position)
    if field is None:
        return Term("", value)
    name = str(field)[:-1].casefold()
    if name not in SEARCHED:
        raise QueryError(
            f"There is no field “{str(field)[:-1]}” to search in.",
            f"The fields are {', '.join(SEARCHED)}; to search for a colon, put the word in quotes.",
            position=offset + (field.start_pos or 0),
        )
    if name == "id" and not (value.isascii() and value.isdigit() and int(value) < 2**63):
        raise QueryError(f"“{token}” is not a track's number.", "Write for example id:12.", position=position)
    return Term(name, value)


def _unquoted(token: Token) -> str:
    if token.type != "QUOTED":
        return str(token)
    return re.sub(r'\\(["\\])', r"\1", token[1:-1])


def _explained(text: str, error: UnexpectedInput, offset: int) -> QueryError:
    is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    at: int = getattr(error, "pos_in_stream", None) or 0
    position = len(text.rstrip()) if is_end else offset + at
    if text[position : position + 1] == '"' and not re.match(_QUOTED, text[position:], re.DOTALL):
        return QueryError("A quote is not closed.", 'Add a " at the end of the phrase.', position=position)
    if name := re.search(r'[^\s":]+:$', text[:position]):
        return QueryError(
            f"“{name[0]}” is followed by nothing.", f"Write the word right after the colon: {name[0]}word.",
            position=position,
        )  # fmt: skip
    return QueryError("A space is missing here.", "Put a space before and after a phrase in quotes.", position=position)


def _has(column: InstrumentedAttribute[str], value: str) -> ColumnElement[bool]:
    # LIKE would need escapes, and takes A for a; both sides are folded already.
    return func.instr(column, value) > 0


def _condition(term: Term) -> ColumnElement[bool]:
    special: dict[str, Callable[[str], ColumnElement[bool]]] = {
        "": lambda value: _has(TrackRow.search, value),
        "path": lambda value: _has(TrackRow.path_search, value),
        "id": lambda value: TrackRow.id == int(value),
        "tag": _tagged,
    }
    return special[term.field](term.value) if term.field in special else _described(term)


def _described(term: Term) -> ColumnElement[bool]:
    found = select(TrackFieldRow.position).where(
        TrackFieldRow.track_id == TrackRow.id, TrackFieldRow.name == term.field, _has(TrackFieldRow.search, term.value)
    )
    # What is in a field is in the text of all fields too; that is quicker to rule out.
    return and_(_has(TrackRow.search, term.value), found.exists())


def _tagged(value: str) -> ColumnElement[bool]:
    """Whether the latest verdict on a tag of that name, or on one of several so spelled, is yes."""
    tag_ids = select(TagRow.id).where(TagRow.search == value)
    latest = select(func.max(JudgementRow.id)).where(JudgementRow.tag_id.in_(tag_ids), JudgementRow.start_s.is_(None))
    latest = latest.group_by(JudgementRow.tag_id, JudgementRow.track_id)
    yes = select(JudgementRow.track_id)
    return TrackRow.id.in_(yes.where(JudgementRow.id.in_(latest), JudgementRow.verdict == Verdict.YES.value))


def _holds(term: Term, track: Track, texts: Mapping[str, Sequence[str]], tags: Collection[str]) -> bool:
    if term.field == "id":
        return track.id == int(term.value)
    if term.field == "tag":
        return term.value in tags
    searched = texts[term.field] if term.field else [each for values in texts.values() for each in values]
    return any(term.value in each for each in searched)
