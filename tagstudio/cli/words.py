"""``tagstudio words``: the words that files bring along, and taking them over as judgements."""

from dataclasses import asdict
from typing import Annotated

import typer

from tagstudio.cli.options import AsJson, Query
from tagstudio.cli.output import print_json, print_line, print_table
from tagstudio.cli.state import opened
from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.wording import counted
from tagstudio.services import file_words
from tagstudio.services.studio import Studio


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("words")(run)


def run(
    context: typer.Context,
    query: Query = "",
    field: Annotated[list[str] | None, typer.Option(help="Only this field, e.g. genre; may be repeated.")] = None,
    take: Annotated[bool, typer.Option("--take", help="Say yes wherever a file names a tag.")] = False,
    add: Annotated[bool, typer.Option("--add", help="With --take: add unknown words to the vocabulary.")] = False,
    mapped: Annotated[
        tuple[str, str] | None, typer.Option("--map", metavar="WORD TAG", help="Let a word in files mean a tag.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the words in the files' own genre, mood and the like, or take them over; verdicts are never replaced."""
    if add and not take:
        raise TagStudioError("--add does nothing by itself.", "Use it with --take.")
    if mapped is not None and (take or query):
        raise TagStudioError("--map stands alone.", "Map the word first, then take the words over.")
    with opened(context) as studio:
        if mapped is not None:
            _map(studio, *mapped, as_json=as_json)
        elif take:
            _take(studio, query, field or [], add=add, as_json=as_json)
        else:
            _list(studio, query, field or [], as_json=as_json)


def _map(studio: Studio, word: str, tag: str, *, as_json: bool) -> None:
    meant = file_words.map_word(studio, word, tag)
    if as_json:
        print_json({"word": word, "tag": meant.name, "facet": meant.facet})
    else:
        print_line(f"“{word}” in files means {meant.name} ({meant.facet})")


def _take(studio: Studio, query: str, fields: list[str], *, add: bool, as_json: bool) -> None:
    taken = file_words.take(studio, query, fields=fields, add=add)
    if as_json:
        print_json(asdict(taken))
        return
    print_line(
        f"{counted(taken.judged, 'judgement')} taken from files (batch {taken.batch})"
        if taken.judged
        else "nothing new"
    )
    for name in taken.new_tags:
        print_line(f"new tag: {name}")


def _list(studio: Studio, query: str, fields: list[str], *, as_json: bool) -> None:
    found = file_words.words(studio, query, fields=fields)
    if as_json:
        rows = [{"word": each.word, "field": each.field, "tracks": each.tracks,
                 "tag": each.tag.name if each.tag else None} for each in found]  # fmt: skip
        print_json(rows)
    elif not found:
        print_line("no words in files")
    else:
        rows_shown = [(each.word, each.field, str(each.tracks), each.tag.name if each.tag else "–") for each in found]
        print_table(("word", "field", "tracks", "means"), rows_shown)
