"""``tagstudio similar TRACK``: the nearest tracks."""

from typing import Annotated

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import print_json, print_table
from tagstudio.cli.state import opened
from tagstudio.services.similar import similar


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("similar")(run)


def run(
    context: typer.Context,
    track: Annotated[str, typer.Argument(help="A path or an id.")],
    n: Annotated[int, typer.Option("-n", min=1, max=10000, help="How many.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Print the tracks that sound most like TRACK."""
    with opened(context) as studio:
        found = similar(studio, track, n)
    if as_json:
        print_json(
            [{"path": str(each.track.file), "id": each.track.id, "distance": round(each.distance, 6)} for each in found]
        )
    else:
        print_table(
            ("id", "track", "distance"),
            [(str(each.track.id), each.track.name, f"{each.distance:.3f}") for each in found],
        )
