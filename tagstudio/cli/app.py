"""The command line: options before the command, one file per command, one way for failures to reach a person."""

import logging
import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from tagstudio import __version__
from tagstudio.cli.output import explain, note
from tagstudio.cli.signals import Stopped, stopped_in_order
from tagstudio.cli.state import OpenWindow, State, state_of
from tagstudio.domain.errors import TagStudioError

DEBUG_VARIABLE = "TAGSTUDIO_DEBUG"
COMMANDS = (
    "scan", "analyse", "find", "searches", "suggest", "judge", "undo", "review", "retrain", "similar", "tags", "words",
    "export", "import", "merge", "write", "restore", "fields", "roots", "duplicates", "library", "listen", "models",
    "demo", "gui", "doctor",
)  # fmt: skip


def build(open_window: OpenWindow, commands: Sequence[str] = COMMANDS) -> typer.Typer:
    """Return the command line with these commands; ``open_window`` is what a run without a command does."""
    app = typer.Typer(
        no_args_is_help=False, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
    )

    @app.callback(invoke_without_command=True)
    def start(
        context: typer.Context,
        library: Annotated[
            Path | None, typer.Option(help="The library's file; else TAGSTUDIO_LIBRARY, else your own.")
        ] = None,
        version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    ) -> None:
        """Tag a music collection with networks that learn your own words. Without a command: the window."""
        if version:
            typer.echo(__version__)
            raise typer.Exit
        context.obj = State(library, open_window)
        if context.invoked_subcommand is None:
            raise typer.Exit(import_module("tagstudio.cli.gui").show(state_of(context), None))

    for name in commands:
        import_module(f"tagstudio.cli.{name}").add_to(app)
    return app


def run(arguments: Sequence[str], open_window: OpenWindow) -> int:
    """Run one command; its exit status is 0 done, 1 a failure that was explained, 2 wrong usage, 128 + n signal n."""
    # What is logged is for those who look for a fault; what a person must know is printed.
    if os.environ.get(DEBUG_VARIABLE):
        logging.basicConfig(level=logging.INFO)
    else:
        logging.getLogger("tagstudio").addHandler(logging.NullHandler())
    try:
        with stopped_in_order():
            build(open_window, _wanted(arguments))(args=list(arguments), prog_name="tagstudio")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except Stopped as stopped:
        note("Stopped; what was done so far is kept.")
        return stopped.status
    except TagStudioError as error:
        explain(error)
        return 1
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        kind = f"{type(error).__name__}: {str(error)[:200]}"
        explain(TagStudioError(f"Something went wrong inside TagStudio ({kind}).", f"{DEBUG_VARIABLE}=1 shows where."))
        return 1
    return 0


def _wanted(arguments: Sequence[str]) -> Sequence[str]:
    """Return the one command that is called, so that the others are not even imported; all of them for help."""
    named = [argument for argument in arguments if argument in COMMANDS]
    return named[:1] if named and arguments[0] in (named[0], "--library") else COMMANDS
