"""What the options before the command leave for the commands."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from tagstudio.cli.output import note
from tagstudio.domain.errors import TagStudioError
from tagstudio.services.backups import if_due
from tagstudio.services.studio import Studio, open_studio, upgrade_notice
from tagstudio.services.write_recovery import recover

# (library file or None, folder or None, is_demo) -> exit status
OpenWindow = Callable[[Path | None, Path | None, bool], int]


@dataclass(frozen=True, slots=True)
class State:
    """The library named by ``--library``, if any, and how to open the window."""

    library: Path | None
    open_window: OpenWindow


def state_of(context: typer.Context) -> State:
    """Return the state of this run."""
    found = context.find_object(State)
    assert found is not None
    return found


def opened(context: typer.Context, *, create: bool = False) -> Studio:
    """Open the library this run is about; only scanning and adding words may create one."""
    file = state_of(context).library
    if notice := upgrade_notice(file):
        note(notice)
    studio = open_studio(file, create=create)
    if studio.warning:
        note(studio.warning)
    if not studio.is_read_only:
        _back_up(studio)
        if recovered := recover(studio).text:
            note(recovered)
    return studio


def _back_up(studio: Studio) -> None:
    try:
        report = if_due(studio, "start")
    except TagStudioError as error:
        note(f"{error.what} {error.advice}".rstrip())
    else:
        if report is not None and report.warning:
            note(report.warning)
