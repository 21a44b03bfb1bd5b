"""How a search text falls into words, ``field:value`` pairs, OR, not and parentheses; nothing here knows any field.

Nothing recurses, so no text can nest deeper than Python goes.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal, TypeAlias, cast

from lark import Lark, Token, Transformer, UnexpectedInput

from tagstudio.domain.errors import QueryError
from tagstudio.library.search.mistakes import explained

LONGEST = 10_000
MOST_TERMS = 500
DEEPEST = 50

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_WORD = r'[^\s"()|]+'
# Looking behind and ahead is how neighbours must have a space between them, while a field and its value must not.
_GRAMMAR = rf"""
    start: any
    any: all (_OR all)*
    all: one (_AND? one)*
    one: term | inverted | "(" any ")"
    inverted: (_MINUS | _NOT) one
    term: PHRASE | WORD | FIELD (VALUE | QUOTED_VALUE [SUFFIX])
    PHRASE: /(?<![^\s(|-]){_QUOTED}/s
    WORD: /(?<!"){_WORD}/
    FIELD.2: /(?<!")[^\s":()|<>=-][^\s":()|<>=]*:/
    VALUE: /(?<=:){_WORD}/
    QUOTED_VALUE: /(?<=:)=?{_QUOTED}/s
    SUFFIX: /(?<=")[<>=:]{_WORD}/
    _OR.3: /\||OR(?=[\s()|"]|$)/
    _AND.3: /AND(?=\s+[^\s)|])/
    _NOT.3: /(?:NOT|not)(?=\s+[^\s)|]|\()/
    _MINUS.3: /-(?=[^\s)|])/
    %ignore /\s+/
"""
_GOES_ON = ("VALUE", "QUOTED_VALUE", "SUFFIX")
_INVERTS = ("_MINUS", "_NOT")


@dataclass(frozen=True, slots=True)
class Part:
    """One word, phrase or ``field:value`` as written; positions count characters of the whole text.

    ``is_exact`` is an equals sign before a quoted value, ``suffix`` what stands right after one, e.g. ``>0.8``.
    """

    field: str
    value: str
    is_quoted: bool
    is_exact: bool
    suffix: str
    start: int
    at: int

    @property
    def depth(self) -> int:
        """A part holds no other."""
        return 0


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that are joined by "and" or "or", or one that is inverted."""

    kind: Literal["and", "or", "not"]
    parts: tuple["Part | Group", ...]
    depth: int


Node: TypeAlias = Part | Group


def read(text: str) -> Node | None:
    """Return what a text is made of; None when it is blank.

    Raises
    ------
    QueryError
        If the text is too long, too deep, or does not follow the grammar.
    """
    if not text.strip():
        return None
    if len(text) > LONGEST:
        raise QueryError(
            f"The search has {len(text):,} characters; {LONGEST:,} is the most.", "Use fewer words.", position=LONGEST
        )
    try:
        found = cast("Node", _parser().parse(text))  # what the builder below makes
    except UnexpectedInput as error:
        raise explained(text, error) from error
    if found.depth > DEEPEST:
        raise QueryError(f"The search nests deeper than {DEEPEST} levels.", "Use fewer parentheses.", position=0)
    node: Node = found
    return node


@dataclass(frozen=True, slots=True)
class Outline:
    """Where the terms begin and end that must all be found, with the minus signs and parentheses before and after.

    A text that offers choices outside of parentheses is one term.
    """

    spans: tuple[tuple[int, int], ...] = ()
    has_choices: bool = False


@lru_cache(maxsize=64)
def outline(text: str) -> Outline:
    """Return which terms a text joins; none when it does not follow the grammar."""
    parser = _parser().parse_interactive(text)
    try:
        tokens = parser.exhaust_lexer()
        parser.feed_eof()  # type: ignore[no-untyped-call]
    except UnexpectedInput:
        return Outline()
    spans: list[tuple[int, int]] = []
    depth, is_inverted = 0, False
    for token in tokens:
        if depth == 0 and token.type == "_OR":
            return Outline(((tokens[0].start_pos or 0, tokens[-1].end_pos or 0),), has_choices=True)
        if depth == 0 and token.type == "_AND":
            continue
        if depth == 0 and not is_inverted and token.type not in _GOES_ON:
            spans.append((token.start_pos or 0, 0))
        spans[-1] = spans[-1][0], token.end_pos or 0
        is_inverted = token.type in _INVERTS
        depth += {"LPAR": 1, "RPAR": -1}.get(token.type, 0)
    return Outline(tuple(spans))


class _Builder(Transformer[Token, Any]):
    """Makes nodes while the parser runs."""

    def term(self, tokens: list[Token | None]) -> Part:
        first, *rest = (token for token in tokens if token is not None)
        start = first.start_pos or 0
        if not rest:
            return Part("", _unquoted(first), first.type == "PHRASE", False, "", start, start)
        value, *suffix = rest
        is_quoted = value.type == "QUOTED_VALUE"
        is_exact = is_quoted and value.startswith("=")
        after = str(suffix[0]) if suffix else ""
        return Part(str(first)[:-1], _unquoted(value), is_quoted, is_exact, after, start, value.start_pos or 0)

    def inverted(self, nodes: list[Node]) -> Group:
        return Group("not", tuple(nodes), nodes[0].depth + 1)

    def one(self, nodes: list[Node]) -> Node:
        return nodes[0]

    def all(self, nodes: list[Node]) -> Node:
        return _joined("and", nodes)

    def any(self, nodes: list[Node]) -> Node:
        return _joined("or", nodes)

    def start(self, nodes: list[Node]) -> Node:
        return nodes[0]


def _joined(kind: Literal["and", "or"], nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Group(kind, tuple(nodes), max(node.depth for node in nodes) + 1)


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", transformer=_Builder(), maybe_placeholders=False)


def _unquoted(token: Token) -> str:
    if not token.endswith('"'):
        return str(token)
    return re.sub(r'\\(["\\])', r"\1", token.removeprefix("=")[1:-1])
