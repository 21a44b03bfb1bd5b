"""``tagstudio scan FOLDER...``: add or refresh folders."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import follow, print_json, print_line
from tagstudio.cli.state import opened
from tagstudio.domain.errors import TagStudioError
from tagstudio.services.backups import while_working
from tagstudio.services.scan import ScanReport, require_usable, scan


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("scan")(run)


def _folder(name: str) -> Path:
    # What a script passes on when its variable is empty would mean the folder it runs in.
    if not name.strip():
        raise TagStudioError("The name of the folder is blank.", "Name a folder; the one you are in is called “.”.")
    return Path(name)


def run(
    context: typer.Context,
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER...", parser=_folder, help="Folders to add or refresh.")
    ],
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that read files.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Add the audio files below FOLDER, or refresh what is known of them."""
    require_usable(folders)  # before a library is made for nothing
    with opened(context, create=True) as studio:
        report = follow(while_working(studio, scan(studio, folders, workers=workers)))
    if as_json:
        print_json(asdict(report))
    else:
        show(report)


def show(report: ScanReport) -> None:
    """Print what a scan found, for people."""
    counts = ((name, getattr(report, name)) for name in ("new", "changed", "moved", "missing", "unchanged"))
    print_line(", ".join(f"{count} {name}" for name, count in counts if count) or "nothing found")
    for failure in report.failed:
        print_line(f"not readable: {failure.path}: {failure.reason}")
