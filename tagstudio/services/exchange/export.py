"""Write the tags of a library to a file: complete or not at all."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.tracks import Track
from tagstudio.services.exchange import csv_format, json_format
from tagstudio.services.exchange.rows import TagRow, export_rows
from tagstudio.services.files import refuse_precious, written_whole
from tagstudio.services.studio import Studio

FORMATS: dict[str, Callable[[TextIO, list[tuple[Track, list[TagRow]]]], None]] = {
    "csv": csv_format.write,
    "json": json_format.write,
}
SUGGEST_ABOVE = 0.1


@dataclass(frozen=True, slots=True)
class Exported:
    """What a file now holds."""

    file: Path
    tracks: int
    judgements: int
    suggestions: int


def export(
    studio: Studio,
    file: Path,
    query: str = "",
    *,
    file_format: str | None = None,
    minimum: float = SUGGEST_ABOVE,
) -> Job[Exported]:
    """Export verdicts and suggestions (from ``minimum`` up) of the tracks of ``query``.

    The format is told by the file's ending unless named. The same library gives the same bytes. An existing file is
    replaced only by a complete new one.

    Raises
    ------
    TagStudioError
        If the format is unknown or the file cannot be written.
    """
    write = _writer(file, file_format)
    refuse_precious(file)
    tagged = []
    for done, entry in enumerate(export_rows(studio, query, minimum=minimum), 1):
        tagged.append(entry)
        if done % 100 == 0:
            yield Progress(done, 0, entry[0].name)
    with written_whole(file) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        write(text, tagged)
        text.flush()
        text.detach()
    states = [row.state for _, rows in tagged for row in rows]
    unknown = states.count("unknown")
    return Exported(file, len(tagged), len(states) - unknown, unknown)


def _writer(file: Path, named: str | None) -> Callable[[TextIO, list[tuple[Track, list[TagRow]]]], None]:
    wanted = (named or file.suffix.lstrip(".")).lower()
    if wanted not in FORMATS:
        what = (
            f"There is no export format “{wanted}”." if wanted else f"“{file.name}” has no ending that names a format."
        )
        raise TagStudioError(
            what, f"The formats are: {', '.join(FORMATS)}; name one with --format or by the file's ending."
        )
    return FORMATS[wanted]
