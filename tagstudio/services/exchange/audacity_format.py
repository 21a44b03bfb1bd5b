r"""Audacity labels: one text file per track, ``start<TAB>end<TAB>text``, seconds with a decimal point.

A tag of the whole track is a point at 0. No and unsure stand behind the tag in square brackets. Which track the file is
about stands in a line that begins with ``\`` behind the first label: Audacity leaves such lines out.
"""

import re
from collections.abc import Iterator

from tagstudio.domain.judgements import Verdict
from tagstudio.services.exchange.content import Reading, Reference, Said, TrackContent, number_text, seconds, verdict_of
from tagstudio.services.exchange.places import path_text, text_path
from tagstudio.services.exchange.source import ForeignFileError, Source

_OURS = "\\tagstudio"
# Audacity looks for frequencies in the first such line; these say that there are none.
_NO_FREQUENCIES = "\\\t-1\t-1"
_ENDS_LIKE_A_VERDICT = re.compile(r" \[(yes|no|unsure)\]$")


def write_one(content: TrackContent) -> bytes:
    """Return the labels of one track; nothing when there are none."""
    said = sorted(content.said, key=lambda each: (each.start_s or 0.0, each.end_s or 0.0, each.tag))
    lines = [f"{number_text(each.start_s or 0.0)}\t{number_text(each.end_s or 0.0)}\t{_text(each)}" for each in said]
    if not lines:
        return b""
    track = content.track
    about = f"{_OURS}\t{track.audio_hash}\t{path_text(track.file, unsafe=''.join(map(chr, range(32))))}"
    return "".join(f"{line}\n" for line in [lines[0], _NO_FREQUENCIES, about, *lines[1:]]).encode()


def read(source: Source, reading: Reading) -> Iterator[int]:
    """Read labels; without our own line, the file is about the track of its name.

    Raises
    ------
    ForeignFileError
        If no line is a label.
    """
    reference = Reference(stem=source.file.stem)
    labels: list[tuple[int, list[str]]] = []
    bad: list[int] = []
    with source.text(reading) as opened:
        for line, text in enumerate(source.lines(opened, reading), 1):
            cells = text.rstrip("\r\n").split("\t")
            if cells[0] == _OURS and len(cells) == 3:
                reference = Reference(audio_hash=cells[1], path=text_path(cells[2]))
            elif not text.startswith("\\") and text.strip():
                if _is_label(cells):
                    labels.append((line, cells))
                else:
                    bad.append(line)
            if line > 100 and not labels:
                break
    if not labels:
        raise _foreign(source)
    for line in bad:
        reading.refuse(line, "The line is no label: a start, an end and a text.")
    number = reading.track(reference)
    for count, (line, cells) in enumerate(labels, 1):
        try:
            _take(line, number, cells, reading)
        except ValueError as error:
            reading.refuse(line, str(error))
        yield count


def _take(line: int, number: int, cells: list[str], reading: Reading) -> None:
    start_s = seconds(cells[0])
    # Audacity writes a label without an end as one that ends where it starts.
    end_s = seconds(cells[1]) if len(cells) > 2 else start_s
    found = _ENDS_LIKE_A_VERDICT.search(cells[-1])
    verdict = verdict_of(found[1]) if found else Verdict.YES
    tag = cells[-1][: found.start()] if found else cells[-1]
    assert verdict is not None
    if start_s == end_s == 0:
        reading.say(line, number, tag, verdict)
    elif start_s == end_s:
        reading.refuse(line, f"“{tag}” marks a moment; a tag needs a stretch of time, or the whole track.")
    else:
        reading.say(line, number, tag, verdict, start_s=start_s, end_s=end_s)


def _is_label(cells: list[str]) -> bool:
    try:
        return len(cells) > 1 and bool(cells[-1]) and seconds(cells[0]) is not None
    except ValueError:
        return False


def _foreign(source: Source) -> ForeignFileError:
    return source.foreign("a list of Audacity labels")


def _text(said: Said) -> str:
    is_clear = said.verdict is Verdict.YES and not _ENDS_LIKE_A_VERDICT.search(said.tag)
    return said.tag if is_clear else f"{said.tag} [{said.verdict.value}]"
