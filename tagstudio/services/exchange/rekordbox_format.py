"""Rekordbox XML: the collection with Genre, Grouping and Comments from tags, and a playlist per tag.

Playlists lie in ``TagStudio`` / facet / tag and hold the tracks that the tag fits; that is all that comes back.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, TextIO
from xml.sax.saxutils import quoteattr

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import ParseError, iterparse  # type: ignore[import-untyped]

from tagstudio import __version__
from tagstudio.domain.judgements import Verdict
from tagstudio.services.exchange.content import LibraryContent, Reading, Reference, TrackContent
from tagstudio.services.exchange.options import ExportOptions
from tagstudio.services.exchange.places import address, text_path
from tagstudio.services.exchange.source import Source

HOST = "localhost"
FOLDER = "TagStudio"
DEEPEST = 64
# Which tags go into which of Rekordbox's fields; all others are comments.
_FIELD_OF = {"genre": "Genre", "mood": "Grouping"}


def write(stream: TextIO, content: LibraryContent, options: ExportOptions) -> Iterator[TrackContent]:
    """Write collection and playlists, and yield each track when it is in the collection."""
    playlists: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n<DJ_PLAYLISTS Version="1.0.0">\n')
    stream.write(f"  {_tag('PRODUCT', Name=FOLDER, Version=__version__, Company='')}/>\n")
    stream.write(f"  {_tag('COLLECTION', Entries=content.n_tracks)}>\n")
    for number, each in enumerate(content.tracks, 1):
        stream.write(f"    {_tag('TRACK', **_track(number, each))}/>\n")
        for said in each.yes:
            playlists[said.facet][said.tag].append(number)
        yield each
    stream.write("  </COLLECTION>\n  <PLAYLISTS>\n")
    facets = [facet for facet in dict.fromkeys(word.facet for word in content.words) if facet in playlists]
    stream.write(f"    {_folder('ROOT', 1)}\n      {_folder(FOLDER, len(facets))}\n")
    for facet in facets:
        stream.write(f"        {_folder(facet, len(playlists[facet]))}\n")
        for tag, numbers in sorted(playlists[facet].items()):
            stream.write(f"          {_tag('NODE', Name=tag, Type=1, KeyType=0, Entries=len(numbers))}>\n")
            stream.writelines(f'            <TRACK Key="{number}"/>\n' for number in numbers)
            stream.write("          </NODE>\n")
        stream.write("        </NODE>\n")
    stream.write("      </NODE>\n    </NODE>\n  </PLAYLISTS>\n</DJ_PLAYLISTS>\n")


def read(source: Source, reading: Reading) -> Iterator[int]:
    """Read our own playlists where there are some; else every playlist and every genre becomes a word.

    Raises
    ------
    ForeignFileError
        If it is no such collection, or a document type is declared in it.
    """
    collection = _Collection(reading)
    try:
        with source.file.open("rb") as opened:
            for count, (event, element) in enumerate(
                iterparse(opened, events=("start", "end"), forbid_dtd=True, forbid_entities=True), 1
            ):
                if not collection.take(event, element):
                    raise source.foreign("a Rekordbox collection")
                if count % 1000 == 0:
                    yield count
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        if not collection.numbers:
            raise source.foreign("a Rekordbox collection") from error
        reading.refuse(0, f"The document ends early or is damaged: {error}.")
    collection.say()


class _Collection:
    """Takes the elements of a document as they come, and says what they mean when all are there."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.numbers: dict[str, int] = {}
        self._genres: list[tuple[int, str]] = []
        self._nodes: list[str] = []
        self._open: list[Any] = []
        self._listed: list[tuple[tuple[str, ...], str]] = []

    def take(self, event: str, element: Any) -> bool:
        """Take one start or end; False when the document is something else."""
        if event == "end":
            self._end(element)
            return True
        if not self._open and element.tag != "DJ_PLAYLISTS":
            return False
        self._open.append(element)
        if len(self._open) > DEEPEST:
            raise ValueError("it is nested too deeply")
        if element.tag == "NODE":
            self._nodes.append(element.get("Name", ""))
        elif element.tag == "TRACK" and self._nodes:
            self._listed.append((tuple(self._nodes), element.get("Key", "")))
        elif element.tag == "TRACK" and element.get("Location"):
            self._track(element)
        return True

    def say(self) -> None:
        """Turn playlists, and genres where there are none of ours, into verdicts."""
        ours = [each for each in self._listed if FOLDER in each[0][:2]]
        for nodes, key in ours or self._listed:
            if key not in self.numbers:
                self._reading.refuse(0, f"The playlist “{nodes[-1]}” lists a track that is not in the collection.")
                continue
            facet = nodes[-2] if ours and len(nodes) > 2 else ""
            self._reading.say(0, self.numbers[key], nodes[-1], Verdict.YES, facet=facet)
        for number, genre in [] if ours else self._genres:
            for word in filter(None, (each.strip() for each in genre.split(";"))):
                self._reading.say(0, number, word, Verdict.YES, facet="genre")

    def _track(self, element: Any) -> None:
        location = element.get("Location")
        total = element.get("TotalTime", "")
        number = self._reading.track(
            Reference(
                path=text_path(location), title=element.get("Name", ""), artist=element.get("Artist", ""),
                duration_s=float(total) if total.isascii() and total.isdigit() and len(total) < 9 else None,
            )
        )  # fmt: skip
        # Playlists name tracks by number, or by their place.
        self.numbers[element.get("TrackID", "")] = self.numbers[location] = number
        if genre := element.get("Genre"):
            self._genres.append((number, genre))

    def _end(self, element: Any) -> None:
        self._open.pop()
        if element.tag == "NODE":
            self._nodes.pop()
        element.clear()
        if self._open:
            self._open[-1].remove(element)


def _track(number: int, content: TrackContent) -> dict[str, object]:
    track = content.track
    fields: dict[str, list[str]] = {"Genre": [], "Grouping": [], "Comments": []}
    for said in content.yes:
        fields[_FIELD_OF.get(said.facet, "Comments")].append(said.tag)
    return {
        "TrackID": number,
        "Name": track.title or track.display.rsplit("/", 1)[-1],
        "Artist": track.artist,
        "Album": track.album,
        "Genre": ", ".join(fields["Genre"]) or track.genre,
        "Grouping": ", ".join(fields["Grouping"]),
        "Comments": ", ".join(fields["Comments"]),
        "TotalTime": round(track.duration_s),
        "Location": address(bytes(track.root.rstrip(b"/") + b"/" + track.path), HOST),
    }


def _folder(name: str, count: int) -> str:
    return f"{_tag('NODE', Type=0, Name=name, Count=count)}>"


def _tag(element: str, **attributes: object) -> str:
    return f"<{element} " + " ".join(f"{name}={_quoted(str(value))}" for name, value in attributes.items())


def _quoted(text: str) -> str:
    # XML has no place for the other control characters, not even escaped; tags and texts to show hold none.
    kept = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return str(quoteattr(kept))
