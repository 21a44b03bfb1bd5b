"""``tagstudio restore [RUN]``: files back to what they were before tags were written into them."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import follow, print_json, print_line, print_table
from tagstudio.cli.state import opened
from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import Job
from tagstudio.library import tracks
from tagstudio.services import write_tags
from tagstudio.services.restore_files import RunReport, restore_all, restore_run, restore_track, runs
from tagstudio.services.studio import Studio


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("restore")(run)


def run(
    context: typer.Context,
    number: Annotated[
        int | None,
        typer.Argument(metavar="[RUN]", min=1, max=2**63 - 1, help="Which run; the newest one when left out."),
    ] = None,
    file: Annotated[str, typer.Option(metavar="TRACK", help="Only the last write into this track's file.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Take back everything that was ever written.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the runs; restore nothing.")] = False,
    resume: Annotated[
        bool, typer.Option("--continue", help="Write, or restore, the files that an interrupted RUN did not come to.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Restore files byte for byte; restoring is a run, too, and can be taken back."""
    with opened(context) as studio:
        if listed:
            _list(studio, as_json=as_json)
            return
        job = _wanted(studio, number, file, everything=everything, resume=resume)
        report = follow(job)
    rows: list[dict[str, Any]] = [
        {"path": each.path, "id": each.track_id, "state": each.state, "reason": each.reason,
         "before": each.before, "after": each.after}
        for each in report.files
    ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print_line(f"{row['state']}: {row['path']}{': ' + row['reason'] if row['reason'] else ''}")
    print_line(f"run {report.run}: {report.count('done')} done, {report.count('refused')} refused")


def _wanted(studio: Studio, number: int | None, file: str, *, everything: bool, resume: bool) -> Job[RunReport]:
    if sum((number is not None, bool(file), everything)) > 1:
        raise TagStudioError("Several things to restore were named.", "Name a run, or --file, or --all.")
    if resume:
        if number is None:
            raise TagStudioError("No run to continue was named.", "“tagstudio restore --list” shows all runs.")
        return write_tags.continue_run(studio, number, is_allowed=True)
    if everything:
        return restore_all(studio)
    if file:
        with studio.library.read() as session:
            track = tracks.one(session, file)
        return restore_track(studio, track.id)
    return restore_run(studio, number)


def _list(studio: Studio, *, as_json: bool) -> None:
    found = runs(studio)
    if as_json:
        names = ("id", "kind", "text", "made_at", "is_finished", "counts")
        print_json([{name: value for name, value in asdict(each).items() if name in names} for each in found])
        return
    rows = [
        (str(each.id), each.made_at[:16].replace("T", " "), each.text,
         ", ".join(f"{count} {state}" for state, count in each.counts.items()))
        for each in found
    ]  # fmt: skip
    print_table(("Run", "When (UTC)", "What", "Files"), rows)
