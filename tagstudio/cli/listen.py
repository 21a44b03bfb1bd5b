"""``tagstudio listen FILE... --model ID``: one model on files, without a library."""

from pathlib import Path
from typing import Annotated

import typer

from tagstudio.cli.analyse import checked_device
from tagstudio.cli.options import AsJson, Device
from tagstudio.cli.output import explain, follow, note, print_json, print_line, print_table
from tagstudio.services.listen import Listening, listen, save_listening

SHOWN = 10


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("listen")(run)


def run(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", readable=False, help="Audio files.")],
    model: Annotated[str, typer.Option(help="A model's id; see tagstudio models.")],
    output: Annotated[
        list[str] | None, typer.Option(help="A named output for --out; may be given several times.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="An npz file for the taggram and the outputs; for one FILE.")] = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Let one model hear files and print its raw mean scores."""
    checked_device(device)
    if out is not None and len(files) > 1:
        raise typer.BadParameter("takes one FILE.", param_hint="--out")
    if output and out is None:
        raise typer.BadParameter("needs --out to write to.", param_hint="--output")
    report = follow(listen(files, model, outputs=output or (), device=device))
    if report.notice:
        note(report.notice)
    if out is not None and report.heard:
        save_listening(report.heard[0], out)
    if as_json:
        print_json([_as_json(each) for each in report.heard])
    else:
        for each in report.heard:
            _show(each)
    for error in report.failed:
        explain(error)
    if report.failed:
        raise typer.Exit(1)


def _show(heard: Listening) -> None:
    rows = [(name, f"{score:.3f}") for name, score in heard.mean_scores[:SHOWN]]
    print_line(str(heard.file))
    print_table(("tag", "mean score"), rows)


def _as_json(heard: Listening) -> dict[str, object]:
    return {
        "path": str(heard.file),
        "model": heard.card.id,
        "window_s": heard.card.window_s,
        "hop_s": heard.card.hop_frames * heard.card.frame_s,
        "tags": [{"tag": name, "score": score} for name, score in heard.mean_scores],
    }
