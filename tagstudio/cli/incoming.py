"""What the commands that bring verdicts in share: their options, the choices these mean, and what is said."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from tagstudio.cli.output import follow, print_json, print_line
from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.vocabulary import DEFAULT_FACET, tag_key
from tagstudio.domain.wording import counted
from tagstudio.services.exchange import (
    AddTag,
    Choices,
    Imported,
    ImportPlan,
    LeaveOut,
    MapTo,
    Preview,
    apply_import,
    preview,
)
from tagstudio.services.exchange.plans import Choice, FileWord
from tagstudio.services.studio import Studio

LISTED = 20

Mapped = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="WORD=TAG", help="Let a word stand for a tag, now and later; may be repeated."),
]
AddTags = Annotated[bool, typer.Option("--add-tags", help="Add words that are new to the vocabulary.")]
Theirs = Annotated[bool, typer.Option("--theirs", help="Where verdicts differ, take the file's.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]


def bring_in(
    studio: Studio,
    plan: ImportPlan,
    *,
    mapped: Sequence[str],
    add_tags: bool,
    theirs: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Do what a plan says, or only say it."""
    choices = Choices(words=_chosen(plan, mapped, add_tags=add_tags), theirs=theirs, vocabulary=add_tags)
    if dry_run:
        foreseen, done = preview(studio, plan, choices), None
    else:
        done = follow(apply_import(studio, plan, choices))
        foreseen = done.preview
    if as_json:
        print_json(_as_json(plan, foreseen, done))
    else:
        _say(plan, foreseen, done)


def _chosen(plan: ImportPlan, mapped: Sequence[str], *, add_tags: bool) -> dict[str, Choice]:
    chosen: dict[str, Choice] = {
        word.key: AddTag(word.facet or DEFAULT_FACET) if add_tags else LeaveOut()
        for word in plan.words
        if word.tag is None
    }
    for text in mapped:
        key, tag = _split(plan, text)
        chosen[key] = MapTo(tag)
    return chosen


def _split(plan: ImportPlan, text: str) -> tuple[str, str]:
    """Return the word's key and the tag of ``WORD=TAG``; either may hold an equals sign, so the file's words decide."""
    keys = {word.key for word in plan.words}
    for at, character in enumerate(text):
        if character == "=" and tag_key(text[:at].strip()) in keys:
            return tag_key(text[:at].strip()), text[at + 1 :].strip()
    raise TagStudioError(
        f"“{text[:60]}” names no word of the file.", "Write --map WORD=TAG; --dry-run lists the words."
    )


def _as_json(plan: ImportPlan, foreseen: Preview, done: Imported | None) -> dict[str, Any]:
    return {
        "file": str(plan.file.absolute()),
        "format": plan.format,
        "judged": done.judged.judged if done else 0,
        "batch": done.judged.batch if done else 0,
        "new": foreseen.new,
        "same": foreseen.same,
        "matched": plan.matched,
        "matched_by": {way.value: count for way, count in plan.ways.items()},
        "other_audio": plan.other_audio,
        "unmatched": [asdict(each) for each in plan.unmatched],
        "conflicts": [
            {
                "id": each.track_id,
                "track": each.track,
                "tag": each.tag,
                "own": each.mine.value,
                "theirs": each.theirs.value,
                "start_s": each.start_s,
                "end_s": each.end_s,
            }
            for each in foreseen.conflicts
        ],
        "n_conflicts": foreseen.n_conflicts,
        "unknown_tags": [_word(word) for word in plan.unknown],
        "left_out": foreseen.left_out,
        "new_tags": list(foreseen.new_tags),
        "new_aliases": list(foreseen.new_aliases),
        "new_searches": list(foreseen.new_searches),
        "suggestions_ignored": plan.guesses,
        "bad_rows": [asdict(each) for each in (*plan.bad_rows, *foreseen.contradictions)],
        "n_bad_rows": plan.n_bad + foreseen.n_contradictions,
        "notices": list(plan.notices),
        "backup": str(done.backup) if done and done.backup else None,
    }


def _word(word: FileWord) -> dict[str, Any]:
    return {"tag": word.text, "facet": word.facet, "verdicts": word.rows, "near": [tag.name for tag in word.near]}


def _say(plan: ImportPlan, foreseen: Preview, done: Imported | None) -> None:
    for notice in plan.notices:
        print_line(notice)
    print_line(f"{counted(plan.matched, 'track')} of the file found in the library, {len(plan.unmatched):,} not found.")
    _list(f"{each.name}: {each.reason}" for each in plan.unmatched)
    unknown = [word for word in plan.unknown if word.text not in (*foreseen.new_tags, *foreseen.new_aliases)]
    if unknown:
        print_line(
            f"{counted(len(unknown), 'unknown word')}; --add-tags adds what is unknown, --map WORD=TAG explains a word:"
        )
        _list(_line(word) for word in unknown)
    if foreseen.new_tags:
        print_line(f"New in the vocabulary: {', '.join(foreseen.new_tags)}.")
    if foreseen.n_conflicts:
        print_line(f"Other than what holds here: {counted(foreseen.n_conflicts, 'verdict')}:")
        _list(f"{each.track}: {each.tag} is {each.mine} here, {each.theirs} there" for each in foreseen.conflicts)
    if bad := [*plan.bad_rows, *foreseen.contradictions]:
        print_line(f"{counted(plan.n_bad + foreseen.n_contradictions, 'row')} could not be used:")
        _list(f"line {each.line}: {each.reason}" if each.line else each.reason for each in bad)
    if plan.guesses:
        print_line(f"Left out as nobody's verdicts: {counted(plan.guesses, 'suggestion')}.")
    if done is None:
        print_line(f"{counted(foreseen.new, 'new verdict')}, {foreseen.same:,} here already. Nothing was changed.")
    else:
        recorded = counted(done.judged.judged, "verdict")
        print_line(f"{recorded} recorded (batch {done.judged.batch}), {foreseen.same:,} here already.")


def _line(word: FileWord) -> str:
    near = f"; perhaps {', '.join(tag.name for tag in word.near)}" if word.near else ""
    return f"{word.text} ({counted(word.rows, 'verdict')}{near})"


def _list(lines: Any) -> None:
    for number, line in enumerate(lines):
        if number == LISTED:
            print_line("  …")
            return
        print_line(f"  {line}")
