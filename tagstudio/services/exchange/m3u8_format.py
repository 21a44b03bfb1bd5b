"""M3U8: a list of tracks for players. It carries no tags; read, it is one tag that fits every track in it."""

import os
import re
from collections.abc import Iterator
from pathlib import PurePath, PureWindowsPath
from typing import TextIO

from tagstudio.domain.judgements import Verdict
from tagstudio.services.exchange.content import LibraryContent, Reading, Reference, TrackContent
from tagstudio.services.exchange.options import ExportOptions
from tagstudio.services.exchange.places import path_text, text_path
from tagstudio.services.exchange.source import Source

_INFO = re.compile(r"#EXTINF:\s*(-?[0-9]+(?:\.[0-9]+)?)[^,]*,(.*)", re.DOTALL)
_LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def write(stream: TextIO, content: LibraryContent, options: ExportOptions) -> Iterator[TrackContent]:
    """Write the list and yield each track when it is in it."""
    stream.write("#EXTM3U\n")
    for each in content.tracks:
        track = each.track
        about = f"{track.artist} - {track.title}" if track.artist else track.title or PurePath(track.display).stem
        stream.write(f"#EXTINF:{round(track.duration_s) or -1},{about}\n{_place(each, options)}\n")
        yield each


def read(source: Source, reading: Reading) -> Iterator[int]:
    """Read a list; the tag is called as the file is, until the person names another.

    Raises
    ------
    ForeignFileError
        If no line of it could be a track.
    """
    folder = source.file.absolute().parent
    word = source.file.stem
    count = 0
    title, duration_s = "", None
    with source.text(reading) as opened:
        for line, text in enumerate(source.lines(opened, reading), 1):
            entry = text.rstrip("\r\n")
            if entry.startswith("#") or not entry.strip():
                if found := _INFO.match(entry):
                    duration_s, title = float(found[1]), found[2].strip()
                continue
            if "\0" in entry:
                raise source.foreign("a playlist")
            path = _absolute(folder, text_path(entry))
            count += 1
            number = reading.track(_reference(path, title, duration_s))
            title, duration_s = "", None
            reading.say(line, number, word, Verdict.YES)
            yield count
    if not count:
        raise source.foreign("a playlist")


def _absolute(folder: PurePath, path: str) -> str:
    """Return where an entry is; one that Windows would have written is that only where no file is called so here."""
    if path.startswith("/"):
        return path
    windows = PureWindowsPath(path)
    here = _joined(folder, path)
    if not (windows.is_absolute() or ("\\" in path and "/" not in path)) or os.path.lexists(here):
        return here
    return windows.as_posix() if windows.anchor else _joined(folder, windows.as_posix())


def _joined(folder: PurePath, path: str) -> str:
    return os.path.normpath(os.path.join(folder, path))  # noqa: PTH118 -- text


def _reference(path: str, title: str, duration_s: float | None) -> Reference:
    artist, _, own = title.partition(" - ")
    is_known = duration_s is not None and duration_s > 0
    return Reference(
        path=path, title=own or artist, artist=artist if own else "", duration_s=duration_s if is_known else None
    )


def _place(each: TrackContent, options: ExportOptions) -> str:
    absolute = path_text(each.track.file, unsafe=_LINE_ENDS)
    if not options.relative or not absolute.startswith("/"):
        return absolute
    relative = os.path.relpath(os.fsencode(each.track.file), os.fsencode(options.folder.absolute()))
    text = relative.decode("utf-8", "replace")
    if text != text.strip():
        return absolute
    # It would be taken for a remark, for an address, or for a place on Windows.
    return f"./{text}" if text.startswith("#") or ":" in text.partition("/")[0] or "\\" in text else text
