"""``tagstudio analyse [QUERY]``: let the networks listen."""

from dataclasses import asdict
from typing import Annotated

import typer

from tagstudio.cli.options import AsJson, Device, Query
from tagstudio.cli.output import follow, print_json, print_line
from tagstudio.cli.state import opened
from tagstudio.domain.devices import DEVICES
from tagstudio.services.analyse import AnalysisReport, analyse
from tagstudio.services.backups import while_working


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("analyse")(run)


def run(
    context: typer.Context,
    query: Query = "",
    model: Annotated[list[str] | None, typer.Option(help="A model's id; may be given several times.")] = None,
    device: Device = "auto",
    excerpts: Annotated[
        str | None, typer.Option(help="Windows of 3 s to hear per track (6 unless the settings say else), or full.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes that decode.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let the networks listen to the tracks they have not heard yet."""
    checked_device(device)
    count = _count(excerpts)
    with opened(context) as studio:
        job = analyse(studio, query, models=model or (), device=device, excerpts=count, workers=workers)
        report = follow(while_working(studio, job))
    if as_json:
        print_json(asdict(report))
    else:
        show(report)


def show(report: AnalysisReport) -> None:
    """Print what an analysis did, for people."""
    print_line(
        f"{report.analysed} analysed, {report.skipped} known already, {len(report.failed)} failed; "
        f"heard {report.audio_seconds:.0f} s of audio in {report.seconds:.1f} s on {report.device}"
    )
    for failure in report.failed:
        print_line(f"not heard: {failure.path}: {failure.reason}")
    for odd in report.notes:
        print_line(f"heard, but odd: {odd.path}: {odd.reason}")


def checked_device(device: str) -> None:
    """Refuse a device that is none, as wrong usage."""
    if device not in DEVICES:
        raise typer.BadParameter(f"“{device}” is none of {', '.join(DEVICES)}.", param_hint="--device")


def _count(excerpts: str | None) -> int | None:
    if excerpts is None:
        return None
    if excerpts == "full":
        return 0
    if not excerpts.isdecimal() or not 1 <= int(excerpts) <= 1000:
        raise typer.BadParameter("give a number from 1 to 1000, or full.", param_hint="--excerpts")
    return int(excerpts)
