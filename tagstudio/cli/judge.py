"""``tagstudio judge QUERY --yes T...``: record verdicts."""

from typing import Annotated

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import note, print_json, print_line
from tagstudio.cli.state import opened
from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.judgements import Verdict
from tagstudio.services.judge import judge_query

Names = list[str] | None


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("judge")(run)


def run(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="Which tracks, e.g. id:12 or a quoted phrase.")],
    yes: Annotated[Names, typer.Option(metavar="TAG", help="The tag fits; may be given several times.")] = None,
    no: Annotated[Names, typer.Option(metavar="TAG", help="It does not.")] = None,
    unsure: Annotated[Names, typer.Option(metavar="TAG", help="Nobody can tell.")] = None,
    clear: Annotated[Names, typer.Option(metavar="TAG", help="Take an earlier verdict back.")] = None,
    as_json: AsJson = False,
) -> None:
    """Record verdicts on every track of QUERY as one batch; answers when they are on the disk."""
    given = ((Verdict.YES, yes), (Verdict.NO, no), (Verdict.UNSURE, unsure), (Verdict.CLEARED, clear))
    verdicts = _by_name([(name, verdict) for verdict, names in given for name in names or []])
    with opened(context) as studio:
        recorded, new_tags = judge_query(studio, query, verdicts)
    for name in new_tags:
        note(f"“{name}” is new; it is in the vocabulary now.")
    if as_json:
        print_json({"judged": recorded.judged, "batch": recorded.batch})
    else:
        print_line(f"{recorded.judged} judged (batch {recorded.batch}): {recorded.text}")


def _by_name(given: list[tuple[str, Verdict]]) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {}
    for name, verdict in given:
        # The same word twice; other spellings of it are found out when they are looked up.
        if verdicts.setdefault(name, verdict) is not verdict:
            raise TagStudioError(f"“{name}” has two verdicts.", "Give one verdict per tag.")
    return verdicts
