"""SQLite: everything that holds, for programs that ask in SQL; the tables are in ``library/exchange_file``."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tagstudio.domain.errors import LibraryError
from tagstudio.domain.tracks import shown_path
from tagstudio.library.exchange_file import ExchangeFile, opened, written
from tagstudio.services.exchange.content import (
    LibraryContent,
    Reading,
    Reference,
    TrackContent,
    origin_of,
    verdict_of,
)
from tagstudio.services.exchange.options import ExportOptions
from tagstudio.services.exchange.source import Source


def write(part: Path, content: LibraryContent, options: ExportOptions) -> Iterator[TrackContent]:
    """Fill a new file and yield each track when it is in it."""
    with written(part) as file:
        numbers = {word.tag: number for number, word in enumerate(content.words, 1)}
        file.add("about", [("library", content.library_id)])
        file.add("word", [(numbers[word.tag], word.tag, word.facet) for word in content.words])
        file.add("spelling", [(numbers[word.tag], alias) for word in content.words for alias in word.aliases])
        file.add("search", content.searches)
        for track in content.tracks:
            _add(file, track, numbers)
            yield track


def read(source: Source, reading: Reading) -> Iterator[int]:
    """Read an export of ours.

    Raises
    ------
    ForeignFileError
        If it is another file.
    """
    try:
        with opened(source.file) as file:
            words = {number: (_text(tag), _text(facet)) for number, tag, facet in file.rows("word")}
            _take_words(file, words, reading)
            references = _take_files(file, reading)
            for count, row in enumerate(file.rows("verdict"), 1):
                _take(count, row, words, references, reading)
                if count % 1000 == 0:
                    yield count
            reading.guesses += next(file.rows("guess"))[0]
    except LibraryError as error:
        if not reading.claims:
            raise source.foreign("an export of TagStudio") from error
        reading.refuse(0, f"The rest could not be read: {error}")


def _add(file: ExchangeFile, content: TrackContent, numbers: dict[str, int]) -> None:
    track = content.track
    path = os.fsencode(track.file)
    own = (track.artist, track.title, track.album, track.duration_s, track.audio_hash, int(track.is_missing))
    file.add("file", [(track.id, path, shown_path(path), *own)])
    file.add(
        "verdict",
        [
            (track.id, numbers[each.tag], each.verdict.value, each.origin.value, each.start_s, each.end_s, each.made_at)
            for each in content.said
        ],
    )
    file.add(
        "guess",
        [(track.id, numbers[each.tag], each.score, int(each.is_calibrated), each.source) for each in content.guesses],
    )


def _take_words(file: ExchangeFile, words: dict[int, tuple[str, str]], reading: Reading) -> None:
    aliases: dict[int, list[str]] = {}
    for number, alias in file.rows("spelling"):
        aliases.setdefault(number, []).append(_text(alias))
    for number, (tag, facet) in words.items():
        reading.know(tag, facet, aliases=tuple(aliases.get(number, ())))
    for name, query in file.rows("search"):
        reading.save(_text(name), _text(query))


def _take_files(file: ExchangeFile, reading: Reading) -> dict[int, int]:
    found = {}
    for number, path, title, artist, duration_s, audio_hash in file.rows("file"):
        found[number] = reading.track(
            Reference(
                path=os.fsdecode(path) if isinstance(path, bytes) else "", title=_text(title), artist=_text(artist),
                duration_s=duration_s if isinstance(duration_s, float) else None, audio_hash=_text(audio_hash),
            )
        )  # fmt: skip
    return found


def _take(
    row_number: int, row: tuple[Any, ...], words: dict[int, tuple[str, str]], references: dict[int, int],
    reading: Reading,
) -> None:  # fmt: skip
    file_id, word_id, verdict, origin, start_s, end_s = row
    if word_id not in words or file_id not in references:
        reading.refuse(row_number, "The verdict is about a track or a tag that is not in the file.")
        return
    if not all(each is None or isinstance(each, float) for each in (start_s, end_s)):
        reading.refuse(row_number, "The verdict has times that are no numbers.")
        return
    tag, facet = words[word_id]
    try:
        said = verdict_of(_text(verdict))
    except ValueError as error:
        reading.refuse(row_number, str(error))
        return
    if said is not None:
        reading.say(
            row_number, references[file_id], tag, said, facet=facet, origin=origin_of(_text(origin)),
            start_s=start_s, end_s=end_s,
        )  # fmt: skip


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
