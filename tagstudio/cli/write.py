"""``tagstudio write [QUERY]``: accepted tags into the files."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from tagstudio.cli.options import AsJson, Query
from tagstudio.cli.output import follow, note, print_json, print_line
from tagstudio.cli.state import opened
from tagstudio.services.field_map import field_map
from tagstudio.services.write_tags import FilePlan, Plan, WriteOptions, Written, plan, require_allowed, write


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("write")(run)


def run(
    context: typer.Context,
    query: Query = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write although the setting does not allow it.")] = False,
    profile: Annotated[
        str, typer.Option(metavar="P", help="plain, picard, itunes or rekordbox; else the usual one.")
    ] = "",
    replace: Annotated[
        list[str] | None,
        typer.Option(metavar="FACET", help="Let its field hold your words and nothing else; may be given again."),
    ] = None,
    remove_no: Annotated[
        bool, typer.Option("--remove-no", help="Take words out of the files that you said no to.")
    ] = False,
    preserve_mtime: Annotated[
        bool, typer.Option("--preserve-mtime", help="Leave the files' time of change as it is.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the tags that you said yes to into the files of QUERY; each file changes in one step, or not at all."""
    options = WriteOptions(
        profile=profile, replace=tuple(replace or ()), removes_no=remove_no, keeps_mtime=preserve_mtime
    )
    with opened(context) as studio:
        field_map(studio, profile)  # a name that does not exist is told before what is switched off
        if not dry_run and not yes:
            require_allowed(studio)
        wanted = follow(plan(studio, query, options))
        for warning in wanted.warnings:
            note(warning)
        if dry_run:
            _show_plan(wanted, as_json=as_json)
            return
        report = follow(write(studio, wanted, is_allowed=yes))
    done = {each.track_id: each for each in report.files}
    rows = [_row(each, done.get(each.track_id)) for each in wanted.files]
    if as_json:
        print_json(rows)
    else:
        _show(rows)
        print_line(f"run {report.run}: {_counts(rows)}" if report.run else f"nothing to write: {_counts(rows)}")


def _show_plan(wanted: Plan, *, as_json: bool) -> None:
    rows = [_row(each, None) for each in wanted.files]
    if as_json:
        print_json(rows)
    else:
        _show(rows)
        print_line(f"nothing was written: {_counts(rows)}")


def _row(planned: FilePlan, written: Written | None) -> dict[str, Any]:
    state = "refused" if planned.refusal else "would change" if planned.is_change else "unchanged"
    return {
        "path": planned.path,
        "id": planned.track_id,
        "state": written.state if written else state,
        "reason": written.reason if written else planned.refusal,
        "before": {f"{each.tag} {each.name}": list(each.before) for each in planned.fields},
        "after": {f"{each.tag} {each.name}": list(each.after) for each in planned.fields},
        "warnings": list(planned.warnings),
    }


def _show(rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        if row["state"] == "unchanged":
            continue
        print_line(f"{row['state']}: {row['path']}{': ' + row['reason'] if row['reason'] else ''}")
        for name, before in row["before"].items():
            if before != row["after"][name]:
                print_line(f"  {name}: {_joined(before)} → {_joined(row['after'][name])}")
        for warning in row["warnings"]:
            print_line(f"  note: {warning}")


def _joined(values: Sequence[str]) -> str:
    return " | ".join(values) or "(empty)"


def _counts(rows: Sequence[dict[str, Any]]) -> str:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["state"]] = counts.get(row["state"], 0) + 1
    return ", ".join(f"{count:,} {state}" for state, count in counts.items()) or "no tracks with verdicts"
