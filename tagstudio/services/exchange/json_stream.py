"""Reading a large JSON object member by member: only one entry of the long list in it is held at a time."""

import json
import re
from collections.abc import Iterator
from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")


class Reader:
    """Reads the members of one object in their order.

    Raises
    ------
    ValueError
        While it is read, if the text is no such object.
    """

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._decoder = json.JSONDecoder()

    def members(self, long_name: str) -> Iterator[tuple[str, Any]]:
        """Yield (name, value); of the list called ``long_name`` each entry, one after the other."""
        self._expect("{")
        if self._next_is("}"):
            return
        while True:
            name = self._value()
            if not isinstance(name, str):
                raise ValueError("a name is missing")
            self._expect(":")
            if name == long_name and self._next_is("["):
                for value in self._entries():
                    yield name, value
            else:
                yield name, self._value()
            if self._next_is("}"):
                return
            self._expect(",")

    def _entries(self) -> Iterator[Any]:
        if self._next_is("]"):
            return
        while True:
            yield self._value()
            if self._next_is("]"):
                return
            self._expect(",")

    def _value(self) -> Any:
        self._skip()
        value, self._at = self._decoder.raw_decode(self._text, self._at)
        return value

    def _next_is(self, mark: str) -> bool:
        self._skip()
        if not self._text.startswith(mark, self._at):
            return False
        self._at += 1
        return True

    def _expect(self, mark: str) -> None:
        if not self._next_is(mark):
            raise ValueError(f"“{mark}” is missing at character {self._at + 1:,}")

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._at)
        assert found is not None
        self._at = found.end()
