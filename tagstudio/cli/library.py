"""``tagstudio library check|backup|restore|compact``: looking after the library's files."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from tagstudio import paths
from tagstudio.cli.options import AsJson
from tagstudio.cli.output import follow, note, print_json, print_line, print_table
from tagstudio.cli.state import opened, state_of
from tagstudio.domain.errors import NothingFoundError
from tagstudio.domain.wording import counted
from tagstudio.library.backups import Backup
from tagstudio.services import backups, recovery, upkeep


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Check, back up, restore or compact the library.")
    for command in (check, backup, restore, compact):
        group.command(command.__name__)(command)
    app.add_typer(group, name="library")


def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Look at every part of the library; exit status 1 when something is wrong."""
    found = []
    for looked in upkeep.check(_file(context)):
        found.append(looked)
        if not as_json:
            mark = "ok " if looked.is_ok else "NO "
            print_line(f"{mark} {looked.part:11} {looked.what} {'' if looked.is_ok else looked.advice}".rstrip())
    if as_json:
        print_json([asdict(looked) for looked in found])
    if not all(looked.is_ok for looked in found):
        raise typer.Exit(1)


def backup(context: typer.Context, as_json: AsJson = False) -> None:
    """Make a backup now, and say where it is."""
    with opened(context) as studio:
        report = backups.make(studio)
    if report.warning:
        note(report.warning)
    if as_json:
        print_json({**_document(report.backup), "thinned": report.thinned, "warning": report.warning})
    else:
        print_line(f"{report.backup.file} ({report.backup.judgements:,} judgements)")


def restore(
    context: typer.Context,
    which: Annotated[
        str | None,
        typer.Argument(metavar="[BACKUP]", help="Its number or file; else the newest good one.", show_default=False),
    ] = None,
    list_them: Annotated[bool, typer.Option("--list", help="List the backups and do nothing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be put back and do nothing.")] = False,
    without_newer: Annotated[
        bool, typer.Option("--without-newer", help="Leave out the judgements made since that backup.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup back, with the judgements made since; the file of now is kept under another name."""
    file = _file(context)
    if list_them:
        _list(file, as_json=as_json)
        return
    chosen = None if which is None else _chosen(file, which)
    if dry_run:
        _say_offer(file, chosen, as_json=as_json)
        return
    report = follow(recovery.restore(file, chosen, with_newer=not without_newer))
    if as_json:
        print_json(_report(report))
    else:
        _say_report(report)


def compact(context: typer.Context, as_json: AsJson = False) -> None:
    """Write the library anew without unused room, and print sizes before and after."""
    report = follow(upkeep.compact(_file(context)))
    sizes = asdict(report)
    if as_json:
        print_json(sizes)
    else:
        for part, size in sizes.items():
            print_line(f"{part:8} {size['before'] / 2**20:10,.1f} MB -> {size['after'] / 2**20:,.1f} MB")


def _file(context: typer.Context) -> Path:
    return (state_of(context).library or paths.default_library()).absolute()


def _chosen(file: Path, which: str) -> Backup:
    for each in recovery.choices(file):
        if which in (str(each.number), each.file.name) or Path(which).absolute() == each.file:
            return each
    raise NothingFoundError(f"There is no backup “{which}”.", "“tagstudio library restore --list” shows them.")


def _list(file: Path, *, as_json: bool) -> None:
    found = recovery.choices(file)
    if as_json:
        print_json([_document(each) for each in found])
    elif not found:
        print_line("There are no backups.")
    else:
        rows = [
            (str(each.number), each.made_at[:16].replace("T", " "), each.reason, f"{each.judgements:,}",
             f"{each.size / 2**20:,.1f} MB", "cut short" if each.is_cut else "", each.file.name)
            for each in found
        ]  # fmt: skip
        print_table(("Number", "Made (UTC)", "Reason", "Judgements", "Size", "State", "File"), rows)


def _say_offer(file: Path, chosen: Backup | None, *, as_json: bool) -> None:
    if chosen is not None:
        newer = sum("prev_hash" in line for line in recovery.newer_than(file, chosen))
        offer: recovery.Offer | None = recovery.Offer(backup=chosen, newer=newer)
    else:
        offer = follow(recovery.offer(file))
    if offer is None:
        raise NothingFoundError(f"There is no good backup of “{file.name}”.", "Look for a copy of your own.")
    if as_json:
        document = _document(offer.backup) if offer.backup else None
        print_json({"backup": document, "newer": offer.newer, "passed_over": offer.passed_over})
        return
    for why in offer.passed_over:
        print_line(f"passed over: {why}")
    what = "The library is whole" if offer.backup is None else f"Backup {offer.backup.number}: {offer.backup.file}"
    print_line(f"{what}, with {counted(offer.newer, 'newer judgement')} to be put back.")


def _say_report(report: recovery.RestoreReport) -> None:
    for why in report.passed_over:
        print_line(f"passed over: {why}")
    if report.backup is not None:
        made = report.backup.made_at[:16].replace("T", " ")
        print_line(f"Put back the backup of {made} UTC with {counted(report.backup.judgements, 'judgement')}.")
    print_line(f"Judged again what was judged since: {counted(report.judgements, 'judgement')}.")
    for why in report.not_replayed:
        print_line(f"not judged again: {why}")
    if report.new_tracks:
        print_line(f"Known by name only: {counted(report.new_tracks, 'track')}; “tagstudio scan” reads them.")
    if report.kept_as is not None:
        print_line(f"The file of before is kept as {report.kept_as}")


def _report(report: recovery.RestoreReport) -> dict[str, Any]:
    return {
        "backup": _document(report.backup) if report.backup else None, "judgements": report.judgements,
        "new_tracks": report.new_tracks, "new_tags": report.new_tags, "not_replayed": report.not_replayed,
        "kept_as": str(report.kept_as) if report.kept_as else None, "passed_over": report.passed_over,
    }  # fmt: skip


def _document(backup: Backup) -> dict[str, Any]:
    return {
        "number": backup.number, "file": str(backup.file), "made_at": backup.made_at, "reason": backup.reason,
        "size": backup.size, "judgements": backup.judgements, "is_cut": backup.is_cut, "sha256": backup.sha256,
    }  # fmt: skip
