"""``tagstudio searches``: searches kept under a name."""

from typing import Annotated

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import note, print_json, print_line, print_table
from tagstudio.cli.state import opened
from tagstudio.services import saved_searches
from tagstudio.services.saved_searches import SavedSearch

searches = typer.Typer(help="Keep searches under a name; in:NAME finds what one finds.")
Name = Annotated[str, typer.Argument(help="The saved search.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(searches, name="searches")


@searches.callback(invoke_without_command=True)
def list_all(context: typer.Context, as_json: AsJson = False) -> None:
    """Without a command: list the saved searches."""
    if context.invoked_subcommand is None:
        list_searches(context, as_json=as_json)


@searches.command("list")
def list_searches(context: typer.Context, as_json: AsJson = False) -> None:
    """Print every saved search with how many tracks it finds."""
    with opened(context) as studio:
        found = saved_searches.counted(studio)
    if as_json:
        print_json([_as_json(each.saved) | {"count": each.count, "problem": each.problem} for each in found])
    elif found:
        rows = [(one.saved.name, _count(one.count), one.saved.query, one.problem) for one in found]
        print_table(("name", "tracks", "query", "problem"), rows)
    else:
        note("No search was saved yet. Run: tagstudio searches save NAME QUERY")


@searches.command("save")
def save_search(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What to call it; one of that name is replaced.")],
    query: Annotated[str, typer.Argument(help="What it looks for.")],
    as_json: AsJson = False,
) -> None:
    """Keep a search under a name."""
    with opened(context, create=True) as studio:
        _show(saved_searches.save(studio, name, query), as_json=as_json)


@searches.command("rename")
def rename_search(
    context: typer.Context,
    name: Name,
    new: Annotated[str, typer.Argument(help="What to call it from now on.")],
    as_json: AsJson = False,
) -> None:
    """Give a saved search another name."""
    with opened(context) as studio:
        _show(saved_searches.rename(studio, name, new), as_json=as_json)


@searches.command("remove")
def remove_search(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Forget a saved search; no track is touched."""
    with opened(context) as studio:
        _show(saved_searches.remove(studio, name), as_json=as_json)


def _show(saved: SavedSearch, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(saved))
    else:
        print_line(f"{saved.name}: {saved.query}")


def _as_json(saved: SavedSearch) -> dict[str, object]:
    return {"id": saved.id, "name": saved.name, "query": saved.query}


def _count(count: int | None) -> str:
    return "" if count is None else f"{count:,}"
