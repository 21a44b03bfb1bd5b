"""``tagstudio tags``: the vocabulary."""

from typing import Annotated

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import print_json, print_line, print_table
from tagstudio.cli.state import opened
from tagstudio.domain.vocabulary import DEFAULT_FACET, FACETS, Tag
from tagstudio.services import vocabulary

tags = typer.Typer(no_args_is_help=True, help="List, add and rename the words of the vocabulary.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(tags, name="tags")


@tags.command("list")
def list_tags(context: typer.Context, as_json: AsJson = False) -> None:
    """Print every tag with its facet and how many tracks have which verdict."""
    with opened(context) as studio:
        found = vocabulary.tags(studio)
    if as_json:
        print_json([_as_json(each.tag) | {"yes": each.yes, "no": each.no, "unsure": each.unsure} for each in found])
    else:
        rows = [(each.tag.name, each.tag.facet, str(each.yes), str(each.no), str(each.unsure)) for each in found]
        print_table(("tag", "facet", "yes", "no", "unsure"), rows)


@tags.command("add")
def add_tag(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The new word.")],
    facet: Annotated[str, typer.Option(help=", ".join(FACETS) + ".")] = DEFAULT_FACET,
    as_json: AsJson = False,
) -> None:
    """Add a word; one that exists already is left as it is."""
    with opened(context, create=True) as studio:
        tag = vocabulary.add_tag(studio, name, facet)
    _show(tag, as_json=as_json)


@tags.command("rename")
def rename_tag(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="The word as it is.")],
    new: Annotated[str, typer.Argument(help="The word as it shall be.")],
    as_json: AsJson = False,
) -> None:
    """Rename a word; its judgements stay with it."""
    with opened(context) as studio:
        tag = vocabulary.rename_tag(studio, old, new)
    _show(tag, as_json=as_json)


def _show(tag: Tag, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(tag))
    else:
        print_line(f"{tag.name} ({tag.facet})")


def _as_json(tag: Tag) -> dict[str, object]:
    return {"id": tag.id, "tag": tag.name, "facet": tag.facet}
