"""``tagstudio merge LIBRARY``: all that holds in another library."""

from pathlib import Path
from typing import Annotated

import typer

from tagstudio.cli.incoming import Dry, Mapped, Theirs, bring_in
from tagstudio.cli.options import AsJson
from tagstudio.cli.output import follow
from tagstudio.cli.state import opened
from tagstudio.services.exchange import plan_merge


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("merge")(run)


def run(
    context: typer.Context,
    other: Annotated[Path, typer.Argument(metavar="LIBRARY", help="The other library's file; it is only read.")],
    mapped: Mapped = None,
    theirs: Theirs = False,
    dry_run: Dry = False,
    as_json: AsJson = False,
) -> None:
    """Bring the verdicts, tags, spellings and saved searches of another library in, as one batch."""
    with opened(context) as studio:
        plan = follow(plan_merge(studio, other))
        bring_in(studio, plan, mapped=mapped or [], add_tags=True, theirs=theirs, dry_run=dry_run, as_json=as_json)
