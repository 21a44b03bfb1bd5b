"""``tagstudio gui [FOLDER]``: the window; where there is no display, the same job without one."""

from pathlib import Path
from typing import Annotated

import typer

from tagstudio.cli import analyse as analyse_command
from tagstudio.cli import scan as scan_command
from tagstudio.cli import suggest as suggest_command
from tagstudio.cli.output import follow, note
from tagstudio.cli.state import State, state_of
from tagstudio.services import display
from tagstudio.services.analyse import analyse
from tagstudio.services.scan import scan
from tagstudio.services.studio import Studio, open_studio
from tagstudio.services.suggest import suggest

SHOWN = 5


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("gui")(run)


def run(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(help="A folder to add to the library.", show_default=False, readable=False)
    ] = None,
) -> None:
    """Open the window, on FOLDER if given."""
    raise typer.Exit(show(state_of(context), folder))


def show(state: State, folder: Path | None) -> int:
    """Open the window and return its exit status; without a display, scan, listen and print suggestions."""
    if (found := display.obstacle()) is None:
        return state.open_window(state.library, folder, False)
    note(f"{found[0]} {found[1]} Going on without the window.")
    with open_studio(state.library) as studio:
        without_window(studio, folder)
    return 0


def without_window(studio: Studio, folder: Path | None) -> None:
    """Do what the window would do with a folder, and print the suggestions."""
    if folder is not None:
        scan_command.show(follow(scan(studio, [folder])))
    analyse_command.show(follow(analyse(studio)))
    suggest_command.show(suggest(studio, top=SHOWN))
