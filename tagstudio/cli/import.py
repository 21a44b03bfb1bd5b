# ruff: noqa: N999 -- called as its command is; only ever imported by that name
"""``tagstudio import FILE``: verdicts from other programs and other people."""

from pathlib import Path
from typing import Annotated

import typer

from tagstudio.cli.incoming import AddTags, Dry, Mapped, Theirs, bring_in
from tagstudio.cli.options import AsJson
from tagstudio.cli.output import follow
from tagstudio.cli.state import opened
from tagstudio.services.exchange import FORMATS, plan_for


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(run)


def run(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to read; for JAMS and Audacity also a folder of files.")],
    file_format: Annotated[str | None, typer.Option("--format", help=", ".join(FORMATS) + ".")] = None,
    tag: Annotated[
        str | None, typer.Option(metavar="TAG", help="The tag that the tracks of a playlist get a yes for.")
    ] = None,
    mapped: Mapped = None,
    add_tags: AddTags = False,
    theirs: Theirs = False,
    dry_run: Dry = False,
    as_json: AsJson = False,
) -> None:
    """Bring in the verdicts of FILE as one batch, which ``undo`` takes back; suggestions in it are never verdicts."""
    with opened(context) as studio:
        plan = follow(plan_for(studio, file, file_format=file_format, tag=tag))
        bring_in(studio, plan, mapped=mapped or [], add_tags=add_tags, theirs=theirs, dry_run=dry_run, as_json=as_json)
