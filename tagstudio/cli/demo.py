"""``tagstudio demo``: the program on a dozen short tracks that come with it."""

import typer

from tagstudio.cli.gui import without_window
from tagstudio.cli.output import note
from tagstudio.cli.state import state_of
from tagstudio.services import display
from tagstudio.services.demo import demo_music, open_demo


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(run)


def run(context: typer.Context) -> None:
    """Open the window on a fresh copy of the demo library, which has a place of its own."""
    if state_of(context).library is not None:
        raise typer.BadParameter("The demo has a library of its own; leave --library out.", context)
    if (found := display.obstacle()) is None:
        raise typer.Exit(state_of(context).open_window(None, None, True))
    note(f"{found[0]} {found[1]} Going on without the window.")
    with open_demo() as studio:
        without_window(studio, demo_music(studio))
