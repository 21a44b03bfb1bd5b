"""``tagstudio review``: what to ask next."""

from typing import Annotated

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import note, print_json, print_table
from tagstudio.cli.state import opened
from tagstudio.services import browse
from tagstudio.services.review import STRATEGIES, questions


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("review")(run)


def run(
    context: typer.Context,
    strategy: Annotated[str, typer.Option(help=" or ".join(STRATEGIES) + ".")] = "uncertain",
    tag: Annotated[str | None, typer.Option(help="Ask about this tag alone.")] = None,
    n: Annotated[int, typer.Option("-n", min=1, max=10000, help="At most this many questions.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Print which tracks to judge next, and why."""
    with opened(context) as studio:
        found = questions(studio, strategy=strategy, tag=tag, n=n)
        tracks = [browse.track(studio, each.track_id) for each in found]
    if as_json:
        print_json(
            [
                {
                    "path": str(track.file),
                    "id": each.track_id,
                    "tag": each.tag,
                    "score": _rounded(each.score),
                    "why": each.why,
                }
                for each, track in zip(found, tracks, strict=True)
            ]
        )
    elif found:
        rows = [
            (str(each.track_id), track.name, each.tag, "" if each.score is None else f"{each.score:.2f}", each.why)
            for each, track in zip(found, tracks, strict=True)
        ]
        print_table(("id", "track", "tag", "score", "why"), rows)
    else:
        note("There is nothing to ask. Run: tagstudio scan FOLDER, then tagstudio analyse")


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 6)
