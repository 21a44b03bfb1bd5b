"""``tagstudio models [ID]``: the catalogue."""

from dataclasses import asdict
from typing import Annotated

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import print_json, print_table
from tagstudio.services.models import ModelCard, card, cards


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("models")(run)


def run(
    model_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="One model in full.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the networks there are, or one card in full."""
    if model_id is not None:
        found = card(model_id)
        if as_json:
            print_json(asdict(found))
        else:
            print_table(("", found.title), [(name, _text(value)) for name, value in asdict(found).items()])
    elif as_json:
        print_json([asdict(each) for each in cards()])
    else:
        print_table(("id", "title", "tags", "embedding", "licence"), [_row(each) for each in cards()])


def _row(each: ModelCard) -> tuple[str, ...]:
    return each.id, each.title, str(len(each.classes)), f"{each.embedding} ({each.embedding_dim})", each.licence


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple | dict) else str(value)
