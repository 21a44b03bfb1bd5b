"""``tagstudio doctor``: what works on this machine and why the rest does not."""

from dataclasses import asdict

import typer

from tagstudio.cli.options import AsJson
from tagstudio.cli.output import print_json, print_line
from tagstudio.cli.state import state_of
from tagstudio.services.doctor import Check, checks


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(run)


def run(context: typer.Context, as_json: AsJson = False) -> None:
    """Try everything the program needs; exit status 1 when something essential does not work."""
    found = []
    for check in checks(state_of(context).library):
        found.append(check)
        if not as_json:
            print_line(_line(check))
    if as_json:
        print_json([asdict(check) for check in found])
    if any(check.is_essential and not check.is_ok for check in found):
        raise typer.Exit(1)


def _line(check: Check) -> str:
    mark = "ok " if check.is_ok else "NO "
    return f"{mark} {check.name:10} {check.detail} {check.advice}".rstrip()
