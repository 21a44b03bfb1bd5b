"""``tagstudio searches``: searches kept under a name."""

from typing import Annotated

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import note, print_json, print_line, print_table
from tagstudio.cli.state import opened
from tagstudio.services import saved_searches
from tagstudio.services.saved_searches import Counted, SavedSearch

searches = typer.Typer(help="List, save, rename and remove saved searches; in:NAME finds what one finds.")
Name = Annotated[str, typer.Argument(help="The name of a saved search.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(searches, name="searches")


@searches.callback(invoke_without_command=True)
def list_searches(context: typer.Context, as_json: AsJson = False) -> None:
    """List saved searches with how many tracks they find; or save, rename and remove one."""
    if context.invoked_subcommand is not None:
        return
    with opened(context) as studio:
        found = saved_searches.counted(studio)
    if as_json:
        print_json([_counted_as_json(each) for each in found])
    elif found:
        print_table(("name", "tracks", "search"), [_row(each) for each in found])
    else:
        note("No search was saved yet. Run: tagstudio searches save NAME QUERY")


@searches.command("save")
def save(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name; the search that has it already is replaced.")],
    query: Annotated[str, typer.Argument(help="In the search language.")],
    as_json: AsJson = False,
) -> None:
    """Keep a search under a name."""
    with opened(context, create=True) as studio:
        saved = saved_searches.save(studio, name, query)
    _show(saved, "Saved", as_json=as_json)


@searches.command("rename")
def rename(
    context: typer.Context,
    name: Name,
    new: Annotated[str, typer.Argument(help="Its new name.")],
    as_json: AsJson = False,
) -> None:
    """Give a saved search another name."""
    with opened(context) as studio:
        saved = saved_searches.rename(studio, name, new)
    _show(saved, "Renamed", as_json=as_json)


@searches.command("remove")
def remove(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Forget a saved search; no track is touched."""
    with opened(context) as studio:
        saved = saved_searches.remove(studio, name)
    _show(saved, "Removed", as_json=as_json)


def _show(saved: SavedSearch, done: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(saved))
    else:
        print_line(f"{done}: “{saved.name}”: {saved.query}")


def _row(each: Counted) -> tuple[str, str, str]:
    return each.saved.name, "?" if each.count is None else f"{each.count:,}", each.problem or each.saved.query


def _counted_as_json(each: Counted) -> dict[str, object]:
    return _as_json(each.saved) | {"tracks": each.count, "problem": each.problem}


def _as_json(saved: SavedSearch) -> dict[str, object]:
    return {"name": saved.name, "query": saved.query}
