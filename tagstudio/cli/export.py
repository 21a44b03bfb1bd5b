"""``tagstudio export FILE [QUERY]``: tags for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from tagstudio.cli.options import AsJson, Query
from tagstudio.cli.output import follow, print_json, print_line
from tagstudio.cli.state import opened
from tagstudio.services.exchange import FORMATS, ExportOptions, export
from tagstudio.services.exchange.options import SUGGEST_ABOVE


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(run)


def run(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="The file to write, its ending tells the format; for JAMS and Audacity a new folder.")
    ],
    query: Query = "",
    file_format: Annotated[str | None, typer.Option("--format", help=", ".join(FORMATS) + ".")] = None,
    wide: Annotated[bool, typer.Option("--wide", help="CSV with a line per track and a column per tag.")] = False,
    per_facet: Annotated[
        bool, typer.Option("--per-facet", help="CSV with a line per track and a column per facet.")
    ] = False,
    bom: Annotated[bool, typer.Option("--bom", help="Mark the text as UTF-8, for Excel.")] = False,
    relative: Annotated[bool, typer.Option("--relative", help="Playlist paths as seen from the playlist.")] = False,
    suggestions: Annotated[bool, typer.Option(help="Write suggestions beside verdicts.")] = True,
    minimum: Annotated[
        float, typer.Option("--min", min=0, max=1, help="Lowest score of a suggestion.")
    ] = SUGGEST_ABOVE,
    replaces: Annotated[bool, typer.Option("--replace", help="Replace a playlist or collection that exists.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write verdicts and suggestions to FILE; it is complete or not there at all."""
    options = ExportOptions(
        wide=wide, per_facet=per_facet, bom=bom, relative=relative, suggestions=suggestions, minimum=minimum
    )
    with opened(context) as studio:
        done = follow(export(studio, file, query, file_format=file_format, options=options, replaces=replaces))
    if as_json:
        counts = {"tracks": done.tracks, "judgements": done.judgements, "suggestions": done.suggestions}
        print_json({"file": str(done.file.absolute()), "format": done.format, "files": done.files, **counts})
    else:
        print_line(f"{done.file}: {done.tracks} tracks, {done.judgements} verdicts, {done.suggestions} suggestions")
