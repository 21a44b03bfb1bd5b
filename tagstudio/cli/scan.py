"""``tagstudio scan FOLDER...``: add or refresh folders."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

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
    retry: Annotated[bool, typer.Option("--retry", help="Read files again that could not be read safely.")] = False,
    accept_missing: Annotated[
        bool, typer.Option("--accept-missing", help="Believe it when many files are gone at once.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add the audio files below FOLDER, or refresh what is known of them."""
    require_usable(folders)  # before a library is made for nothing
    with opened(context, create=True) as studio:
        job = scan(studio, folders, workers=workers, retry=retry, accept_missing=accept_missing)
        report = follow(while_working(studio, job))
    if as_json:
        print_json(_row(report))
    else:
        show(report)


def _row(report: ScanReport) -> dict[str, Any]:
    found = [{"old": each.old.display, "new": each.new.display, "tracks": each.tracks} for each in report.elsewhere]
    return asdict(report) | {"elsewhere": found}


def show(report: ScanReport) -> None:
    """Print what a scan found, for people."""
    counts = ((name, getattr(report, name)) for name in ("new", "changed", "moved", "missing", "unchanged"))
    print_line(", ".join(f"{count} {name}" for name, count in counts if count) or "nothing found")
    for failure in report.failed:
        print_line(f"not readable: {failure.path}: {failure.reason}")
    for odd in report.notes:
        print_line(f"note: {odd.path}: {odd.reason}")
    for held in report.held_back:
        print_line(f"{held.sentence} If they are really gone, scan with --accept-missing.")
    for root in report.elsewhere:
        print_line(root.sentence)
