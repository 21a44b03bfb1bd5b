"""``tagstudio undo [BATCH]``: take a batch back."""

from typing import Annotated

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import print_json, print_line
from tagstudio.cli.state import opened
from tagstudio.services.judge import undo


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("undo")(run)


def run(
    context: typer.Context,
    batch: Annotated[
        int | None,
        typer.Argument(min=1, max=2**63 - 1, help="Which batch; the newest one when left out.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take a batch of judgements back; undoing an undo brings it back."""
    with opened(context) as studio:
        undone = undo(studio, batch).judged
    if as_json:
        print_json({"judged": undone.judged, "batch": undone.batch})
    else:
        print_line(f"{undone.judged} verdicts taken back (batch {undone.batch}): {undone.text}")
