"""``tagstudio suggest [QUERY]``: which tags may fit."""

from typing import Annotated

import typer

from tagstudio.cli.options import AsJson, Query
from tagstudio.cli.output import note, print_json, print_table
from tagstudio.cli.state import opened
from tagstudio.services.suggest import TrackSuggestions, suggest


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("suggest")(run)


def run(
    context: typer.Context,
    query: Query = "",
    top: Annotated[int, typer.Option(min=1, max=1000, help="At most this many per track.")] = 5,
    minimum: Annotated[float, typer.Option("--min", min=0.0, max=1.0, help="Leave out what is less likely.")] = 0.1,
    tag: Annotated[str | None, typer.Option(help="Of this tag alone, most likely track first.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print suggestions; tags that were judged already are left out."""
    with opened(context) as studio:
        found = suggest(studio, query, top=top, minimum=minimum, tag=tag)
    if as_json:
        print_json([_as_json(each) for each in found])
    else:
        show(found)


def show(found: list[TrackSuggestions]) -> None:
    """Print suggestions as a table."""
    if not any(each.suggestions for each in found):
        note("No suggestions. Run: tagstudio analyse")
        return
    rows = [
        (str(each.track.id), each.track.name, ", ".join(f"{one.tag} {one.score:.2f}" for one in each.suggestions))
        for each in found
    ]
    print_table(("id", "track", "suggestions"), rows)


def _as_json(found: TrackSuggestions) -> dict[str, object]:
    return {
        "path": str(found.track.file),
        "id": found.track.id,
        "suggestions": [
            {"tag": each.tag, "facet": each.facet, "score": round(each.score, 6), "source": each.source}
            for each in found.suggestions
        ],
    }
