"""``tagstudio export FILE [QUERY]``: tags for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from tagstudio.cli.options import AsJson, Query
from tagstudio.cli.output import follow, print_json, print_line
from tagstudio.cli.state import opened
from tagstudio.services.exchange import FORMATS, export


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(run)


def run(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write; its ending tells the format.")],
    query: Query = "",
    file_format: Annotated[str | None, typer.Option("--format", help=" or ".join(FORMATS) + ".")] = None,
    as_json: AsJson = False,
) -> None:
    """Write verdicts and suggestions to FILE; it is complete or not there at all."""
    with opened(context) as studio:
        done = follow(export(studio, file, query, file_format=file_format))
    if as_json:
        counts = {"tracks": done.tracks, "judgements": done.judgements, "suggestions": done.suggestions}
        print_json({"file": str(done.file.absolute()), **counts})
    else:
        print_line(f"{done.file}: {done.tracks} tracks, {done.judgements} verdicts, {done.suggestions} suggestions")
