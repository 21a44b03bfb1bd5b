"""Telling the format of a file to import by what is in it, where its name says nothing."""

import re
from collections.abc import Iterator

from tagstudio.library.exchange_file import is_export
from tagstudio.services.exchange.content import Reading
from tagstudio.services.exchange.source import Source

_HEAD = 4096
# A text, and whether it names a member; or where an object or a list begins or ends.
_JSON = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?|[][{}]', re.DOTALL)
_OF_JAMS = frozenset({'"file_metadata"', '"annotations"'})


def recognised(source: Source) -> str:
    """Return the id of the format that a file looks like; empty when it looks like none."""
    with source.file.open("rb") as opened:
        if is_export(opened.read(100)):
            return "sqlite"
    with source.text(Reading()) as opened_text:
        head = opened_text.read(_HEAD).lstrip()
    first = head.partition("\n")[0].casefold()
    if "begin time (s)" in first and "selection" in first:
        return "raven"
    if head.startswith("{"):
        return "json" if _OF_JAMS.isdisjoint(_members(head)) else "jams"
    if head.startswith("#EXTM3U"):
        return "m3u8"
    if head.startswith("<") and "DJ_PLAYLISTS" in head:
        return "rekordbox"
    return "csv" if any(mark in first for mark in ",;") else ""


def _members(head: str) -> Iterator[str]:
    """Yield the names, in quotes, of the outermost object's own members, as far as the text goes."""
    depth = 0
    for found in _JSON.finditer(head):
        if found[0] in "[{":
            depth += 1
        elif found[0] in "]}":
            depth -= 1
        elif found[1] and depth == 1:
            yield found[0].removesuffix(found[1])
