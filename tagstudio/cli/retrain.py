"""``tagstudio retrain [TAG...]``: heads from judgements."""

from dataclasses import asdict
from typing import Annotated

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import follow, note, print_json, print_table
from tagstudio.cli.state import opened
from tagstudio.services.retrain import HeadReport, retrain


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("retrain")(run)


def run(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TAG...]", help="Which tags; all judged ones when left out.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Learn heads from the judgements and print how good they are."""
    with opened(context) as studio:
        reports = follow(retrain(studio, names or ()))
    if as_json:
        print_json([{name: value for name, value in asdict(each).items() if name != "tag_id"} for each in reports])
    elif reports:
        print_table(("tag", "yes", "no", "AUC (95 %)", "threshold", "s"), [_row(each) for each in reports])
    else:
        note("Nothing was judged yet. Run: tagstudio judge QUERY --yes TAG")


def _row(each: HeadReport) -> tuple[str, ...]:
    quality = "too few examples" if each.auc is None else f"{each.auc:.2f} ({each.auc_low:.2f} to {each.auc_high:.2f})"
    threshold = "" if each.threshold is None else f"{each.threshold:.2f}"
    return each.tag, str(each.yes), str(each.no), quality, threshold, f"{each.seconds:.3f}"
