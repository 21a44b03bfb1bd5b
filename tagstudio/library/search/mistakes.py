"""What is wrong with a search text that does not follow the grammar, in one sentence with its place."""

import re

from lark import UnexpectedInput, UnexpectedToken

from tagstudio.domain.errors import QueryError

_CLOSED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_FIELD = re.compile(r'(?:^|[\s(|-])([^\s":()|<>=-][^\s":()|<>=]*:)$')
_OR = re.compile(r"(?:\||(?:^|[\s()|\"])OR)$")
_NOT = re.compile(r"(?:^|[\s()|])(-|not|NOT)$")


def explained(text: str, error: UnexpectedInput) -> QueryError:
    """Return the parser's complaint in words for people."""
    is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    position = len(text.rstrip()) if is_end else (getattr(error, "pos_in_stream", None) or 0)
    before, rest = text[:position].rstrip(), text[position:]
    if rest.startswith('"') and not _CLOSED.match(rest):
        return QueryError("A quote is not closed.", 'Add a " at the end of the phrase.', position=position)
    if name := _FIELD.search(before):
        return QueryError(
            f"“{name[1]}” is followed by nothing.", f"Write the word right after the colon: {name[1]}word.",
            position=len(before),
        )  # fmt: skip
    return _joint(text, position, before, rest)


def _joint(text: str, position: int, before: str, rest: str) -> QueryError:
    """Explain what is wrong with an OR, a not or a parenthesis; else two terms touch each other."""
    if _OR.search(before) or re.match(r"\||OR\b", rest):
        at = position if re.match(r"\||OR\b", rest) else len(before) - (1 if before.endswith("|") else 2)
        return QueryError(
            "There must be something to find on both sides of OR.", 'To look for the word itself, write "OR".',
            position=at,
        )  # fmt: skip
    if rest.startswith(")"):
        if before.endswith("("):
            return QueryError("There is nothing between the parentheses.", "Type a word there.", position=position)
        return QueryError(
            "A parenthesis closes what was not opened.", "Take it away, or put the words in quotes.", position=position
        )
    if _NOT.search(before) and not rest.strip():
        return QueryError("There is nothing to leave out.", "Write a word after it.", position=len(before))
    if not rest.strip() and (opened := _opened(text)) is not None:
        return QueryError("A parenthesis is not closed.", "Add a ) at the end.", position=opened)
    return QueryError("A space is missing here.", "Put a space before and after a phrase in quotes.", position=position)


def _opened(text: str) -> int | None:
    """Return where the innermost parenthesis opens that nothing closes."""
    places = []
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|[()]', text, re.DOTALL):
        if found[0] == "(":
            places.append(found.start())
        elif found[0] == ")" and places:
            places.pop()
    return places[-1] if places else None
