"""``tagstudio fields``: which facet goes into which field of a file."""

from dataclasses import asdict
from typing import Annotated

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import note, print_json, print_line, print_table
from tagstudio.cli.state import opened
from tagstudio.domain.errors import TagStudioError
from tagstudio.services.field_map import change_fields, field_lines, field_map, warnings_of


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("fields")(run)


def run(
    context: typer.Context,
    changes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FACET=FIELD]...",
            help="A field's name; genre, mood or grouping; comment:NAME for a bracket in the comment; none; "
            "or nothing, for what the profile says. “ joined” behind it puts all words into one text.",
            show_default=False,
        ),
    ] = None,
    profile: Annotated[str, typer.Option(metavar="P", help="Make this the usual profile.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show or change where tags are written; without anything to change, only show."""
    with opened(context) as studio:
        if changes or profile:
            change_fields(studio, profile=profile, own=dict(_pair(each) for each in changes or ()))
        fields = field_map(studio)
        lines = field_lines(studio)
        for warning in warnings_of(studio, fields):
            note(warning)
    if as_json:
        print_json({"profile": fields.profile.name, "fields": [asdict(line) for line in lines]})
        return
    print_line(f"profile {fields.profile.name}: {fields.profile.about}")
    print_table(("Facet", "Field", ""), [(each.facet, each.place, "own" if each.is_own else "") for each in lines])


def _pair(text: str) -> tuple[str, str]:
    facet, equals, place = text.partition("=")
    if not equals:
        raise TagStudioError(f"“{text[:50]}” names no field.", "Write FACET=FIELD, for instance mood=MOOD.")
    return facet, place
