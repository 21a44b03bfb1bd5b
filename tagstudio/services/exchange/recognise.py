"""Telling the format of a file to import by what is in it, where its name says nothing."""

from tagstudio.library.exchange_file import is_export
from tagstudio.services.exchange.content import Reading
from tagstudio.services.exchange.source import Source

_HEAD = 4096


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
        return "jams" if '"file_metadata"' in head or '"annotations"' in head else "json"
    if head.startswith("#EXTM3U"):
        return "m3u8"
    if head.startswith("<") and "DJ_PLAYLISTS" in head:
        return "rekordbox"
    return "csv" if any(mark in first for mark in ",;") else ""
