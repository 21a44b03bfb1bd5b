"""``tagstudio duplicates``: tracks with the same audio."""

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import print_json, print_line
from tagstudio.cli.state import opened
from tagstudio.services.duplicates import Copy, duplicates


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("duplicates")(run)


def run(context: typer.Context, as_json: AsJson = False) -> None:
    """List tracks that hold the same audio; nothing is deleted."""
    with opened(context) as studio:
        found = duplicates(studio)
    if as_json:
        print_json([[_as_json(each) for each in group.copies] for group in found])
    elif not found:
        print_line("no two tracks hold the same audio")
    for group in [] if as_json else found:
        print_line(f"{len(group.copies)} tracks with the same audio:")
        for each in group.copies:
            tags = f"  [{', '.join(each.tags)}]" if each.tags else ""
            print_line(f"  {each.file}  {each.size:,} bytes{tags}")


def _as_json(copy: Copy) -> dict[str, object]:
    return {"id": copy.id, "path": str(copy.file), "size": copy.size, "tags": list(copy.tags)}
