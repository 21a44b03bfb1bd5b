"""``tagstudio find QUERY``: which tracks a search finds."""

from typing import Annotated

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import note, print_json, print_line, print_table
from tagstudio.cli.state import opened
from tagstudio.domain.tracks import Track, shown
from tagstudio.services import find
from tagstudio.services.facets import FacetCounts, FacetGroup, facet_counts


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("find")(run)


def run(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="In the search language, e.g. 'love -tag:jazz year:1990..1999'.")],
    facets: Annotated[bool, typer.Option("--facets", help="Count which kinds of tracks they are instead.")] = False,
    most: Annotated[int | None, typer.Option("-n", min=1, metavar="N", help="At most this many.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print the tracks that a search finds, in order of path; docs/search.md tells what it can ask."""
    with opened(context) as studio:
        if facets:
            _show_facets(facet_counts(studio, query, limit=most or 1000), as_json=as_json)
            return
        wanted = find.track_ids(studio, query, order="path")
        found = find.tracks_of(studio, wanted[:most])
    if as_json:
        print_json([_as_json(each) for each in found])
        return
    if found:
        print_table(("id", "path", "artist", "title"), [_row(each) for each in found])
    counted = f"{len(wanted):,} track{'' if len(wanted) == 1 else 's'} found"
    note(f"{counted}, {len(found):,} shown." if len(found) < len(wanted) else f"{counted}.")


def _row(track: Track) -> tuple[str, ...]:
    return str(track.id), shown(track.display), shown(track.artist), shown(track.title)


def _as_json(track: Track) -> dict[str, object]:
    return {"id": track.id, "path": str(track.file), "artist": track.artist, "title": track.title}


def _show_facets(counts: FacetCounts, *, as_json: bool) -> None:
    if as_json:
        print_json({"found": counts.found, "facets": [_facet_as_json(group) for group in counts.groups]})
        return
    for group in counts.groups:
        print_line(group.name)
        for value in group.values:
            print_line(f"  {value.count:>7,}  {value.label}  ({value.term})")
        if group.more:
            print_line(f"           and {group.more:,} more")
    note(f"{counts.found:,} track{'' if counts.found == 1 else 's'} found.")


def _facet_as_json(group: FacetGroup) -> dict[str, object]:
    values = [{"value": each.label, "term": each.term, "count": each.count} for each in group.values]
    return {"name": group.name, "values": values, "more": group.more}
