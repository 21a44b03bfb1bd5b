"""``tagstudio roots``: the folders of the library."""

from pathlib import Path
from typing import Annotated

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import print_json, print_line, print_table
from tagstudio.cli.state import opened
from tagstudio.services import roots as service
from tagstudio.services.roots import RootView

roots = typer.Typer(no_args_is_help=True, help="List the folders of the library, or say where one is now.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(roots, name="roots")


@roots.command("list")
def list_roots(context: typer.Context, as_json: AsJson = False) -> None:
    """Print every folder, whether it is connected, and how many tracks it has."""
    with opened(context) as studio:
        found = service.views(studio)
    if as_json:
        print_json([_as_json(each) for each in found])
    elif not found:
        print_line("no folders yet")
    else:
        rows = [(each.display, each.state.value, str(each.tracks), str(each.missing)) for each in found]
        print_table(("folder", "state", "tracks", "missing"), rows)


@roots.command("move")
def move_root(
    context: typer.Context,
    old: Annotated[Path, typer.Argument(help="The folder as the library knows it.")],
    new: Annotated[Path, typer.Argument(help="Where it is now.")],
    as_json: AsJson = False,
) -> None:
    """Say that a folder is somewhere else now; tracks and judgements stay, nothing is read anew."""
    with opened(context) as studio:
        moved = service.move(studio, old, new)
    if as_json:
        print_json(_as_json(moved.root))
    else:
        print_line(moved.sentence)


def _as_json(view: RootView) -> dict[str, object]:
    counts = {"state": view.state.value, "tracks": view.tracks, "missing": view.missing}
    return {"path": str(view.folder), **counts}
