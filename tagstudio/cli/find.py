"""``tagstudio find [QUERY]``: which tracks a search finds, and of which kinds they are."""

from typing import Annotated

import typer

from tagstudio.cli.options import AsJson, Query
from tagstudio.cli.output import note, print_json, print_line, print_table
from tagstudio.cli.state import opened
from tagstudio.services import facets, find
from tagstudio.services.facets import FacetCounts


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("find")(run)


def run(
    context: typer.Context,
    query: Query = "",
    with_facets: Annotated[bool, typer.Option("--facets", help="Count the tracks by kind instead.")] = False,
    most: Annotated[int | None, typer.Option("-n", min=1, metavar="N", help="At most this many.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print the tracks that a search finds, in order of path; docs/search.md tells what a search can say."""
    with opened(context) as studio:
        if with_facets:
            facets.score_all(studio)
            counts = facets.facet_counts(studio, query, limit=most or facets.SHOWN)
            print_json(_as_json(counts)) if as_json else _show(counts)
            return
        wanted = find.track_ids(studio, query, order="path")
        found = find.tracks_of(studio, wanted[:most])
    if as_json:
        print_json(
            [{"path": str(each.file), "id": each.id, "artist": each.artist, "title": each.title} for each in found]
        )
    elif found:
        print_table(
            ("id", "path", "artist", "title"), [(str(each.id), each.display, each.artist, each.title) for each in found]
        )
        if len(found) < len(wanted):
            note(f"{len(found):,} of {len(wanted):,} tracks; leave -n out for all.")
    else:
        note("No track matches this search.")


def _as_json(counts: FacetCounts) -> dict[str, object]:
    return {
        "found": counts.found,
        "facets": [
            {
                "name": group.name,
                "values": [{"value": each.label, "query": each.term, "count": each.count} for each in group.values],
                "more": group.more,
            }
            for group in counts.groups
        ],
    }


def _show(counts: FacetCounts) -> None:
    print_line(f"{counts.found:,} found")
    rows = [(group.name, each.label, f"{each.count:,}", each.term) for group in counts.groups for each in group.values]
    print_table(("kind", "value", "tracks", "query"), rows)
