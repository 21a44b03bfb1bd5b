"""Bring verdicts in from a file: first a plan that changes nothing, then one batch that can be undone."""

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import Job, Progress
from tagstudio.domain.judgements import Judgement, Origin, Verdict
from tagstudio.domain.tracks import shown
from tagstudio.domain.vocabulary import Tag
from tagstudio.library import exchange as table
from tagstudio.library import judgements, tracks
from tagstudio.library.judgements import Key
from tagstudio.services import backups
from tagstudio.services.exchange.content import BadRow, Claim, Reading, Reference
from tagstudio.services.exchange.formats import Format, format_of
from tagstudio.services.exchange.matching import Match, Matcher
from tagstudio.services.exchange.plans import Choices, Conflict, Imported, ImportPlan, Preview, Unmatched
from tagstudio.services.exchange.recognise import recognised
from tagstudio.services.exchange.source import ForeignFileError, source
from tagstudio.services.exchange.words import Vocabulary, file_words, foreseen, take_in
from tagstudio.services.studio import Studio

CONFLICTS_SHOWN = 500
ROWS_PER_STEP = 2000
_USUAL = Choices()


def plan_import(
    studio: Studio, file: Path, *, file_format: str | None = None, tag: str | None = None
) -> Job[ImportPlan]:
    """Read a file, or a folder of files of one format, and find out what it would bring; nothing is changed.

    ``tag`` is what the tracks of a playlist get a yes for, instead of the playlist's own name.

    Raises
    ------
    TagStudioError
        If it cannot be read, or is not of its format.
    """
    reading = Reading()
    wanted = yield from _read(file, file_format, reading)
    if tag is not None:
        reading = _about(reading, tag)
    return (yield from planned(studio, reading, file, wanted.id, loses=wanted.loses))


def planned(
    studio: Studio, reading: Reading, file: Path, file_format: str, *, loses: str = "", kind: str = "import"
) -> Job[ImportPlan]:
    """Find out what a reading would bring to the library."""
    yield Progress(0, len(reading.references), "Looking for the tracks")
    with studio.library.read() as session:
        matcher = Matcher(table.known_tracks(session))
        vocabulary = Vocabulary(session)
    matches: list[Match | str] = []
    for done, reference in enumerate(reading.references, 1):
        matches.append(matcher.match(reference))
        if done % ROWS_PER_STEP == 0:
            yield Progress(done, len(reading.references), "Looking for the tracks")
    rows = Counter(claim.reference for claim in reading.claims)
    found = [match for match in matches if isinstance(match, Match)]
    return ImportPlan(
        file=file,
        kind=kind,
        format=file_format,
        loses=loses,
        claims=tuple(reading.claims),
        track_ids=tuple(match.track_id if isinstance(match, Match) else None for match in matches),
        ways=Counter(match.way for match in found),
        other_audio=sum(match.has_other_audio for match in found),
        unmatched=tuple(
            Unmatched(_name(reference), match, rows[number])
            for number, (reference, match) in enumerate(zip(reading.references, matches, strict=True))
            if isinstance(match, str)
        ),
        words=file_words(vocabulary, reading),
        searches=tuple(reading.searches),
        bad_rows=tuple(reading.bad_rows),
        n_bad=reading.n_bad,
        guesses=reading.guesses,
        notices=tuple(dict.fromkeys(reading.notices)),
    )


def preview(studio: Studio, plan: ImportPlan, choices: Choices = _USUAL) -> Preview:
    """Return what the plan would do with these choices, as the library is now."""
    with studio.library.read() as session:
        meaning = foreseen(Vocabulary(session), plan.words, choices)
        settled = _Settled(session, plan, meaning.tags, theirs=choices.theirs)
        names = _names(session, settled.conflicts)
        searches = table.free_searches(session, plan.searches) if choices.vocabulary else []
    new_searches = [name for name, _ in searches]
    return _preview(settled, names, meaning.new_tags, meaning.new_aliases, new_searches)


def apply_import(studio: Studio, plan: ImportPlan, choices: Choices = _USUAL) -> Job[Imported]:
    """Do what the plan says, as one batch of judgements; before that, make sure that a backup has everything.

    Raises
    ------
    TagStudioError
        If the backup or the library fails; nothing is changed then.
    """
    yield Progress(0, 0, "Making a backup")
    backup = backups.before(studio, plan.kind)
    yield Progress(0, 0, "Recording the verdicts", notice=backup.warning)
    with studio.library.write() as session:
        meaning = take_in(session, plan.words, choices)
        settled = _Settled(session, plan, meaning.tags, theirs=choices.theirs)
        names = _names(session, settled.conflicts)
        searches = table.add_searches(session, plan.searches) if choices.vocabulary else []
        touched = len({each.track_id for each in settled.new})
        text = f"{plan.kind} of {shown(plan.file.name)} ({touched:,} {'track' if touched == 1 else 'tracks'})"
        judged = judgements.record(session, settled.new, kind=plan.kind, text=text)
    return Imported(
        judged, _preview(settled, names, meaning.new_tags, meaning.new_aliases, searches), backup.backup.file
    )


class _Settled:
    """The claims of a plan against what holds: which are new, which are known, which contradict."""

    def __init__(self, session: Any, plan: ImportPlan, meaning: Mapping[str, Tag], *, theirs: bool) -> None:
        ids = {track_id for track_id in plan.track_ids if track_id is not None}
        holds = {held.key: held for held in table.held(session, ids)}
        self.new: list[Judgement] = []
        self.conflicts: list[tuple[Key, Tag, Verdict, Verdict]] = []
        self.same = self.left_out = self.unmatched = 0
        self.contradictions: list[BadRow] = []
        said: dict[Key, Claim] = {}
        for claim in plan.claims:
            track_id, tag = plan.track_ids[claim.reference], meaning.get(claim.word)
            if track_id is None:
                self.unmatched += 1
            elif tag is None:
                self.left_out += 1
            else:
                key = track_id, tag.id, claim.start_s, claim.end_s
                first = said.setdefault(key, claim)
                if first is claim:
                    self._settle(key, tag, claim, holds.get(key), theirs=theirs)
                elif first.verdict is not claim.verdict:
                    self.contradictions.append(_contradiction(first, claim, tag))

    def _settle(self, key: Key, tag: Tag, claim: Claim, mine: table.Held | None, *, theirs: bool) -> None:
        # Said by a person, the same as in the file's own tags is news: it no longer gives way to the next one.
        is_confirmed = mine is not None and mine.origin is Origin.FILE and claim.origin is not Origin.FILE
        if mine is not None and mine.verdict is claim.verdict and not is_confirmed:
            self.same += 1
            return
        # What a file's own tags said gives way to what a person said, whoever it was.
        if mine is not None and mine.origin is not Origin.FILE:
            if claim.origin is Origin.FILE:
                self.same += 1
                return
            self.conflicts.append((key, tag, mine.verdict, claim.verdict))
            if not theirs:
                return
        self.new.append(
            Judgement(
                track_id=key[0], tag_id=key[1], start_s=key[2], end_s=key[3], verdict=claim.verdict, origin=claim.origin
            )
        )


def _contradiction(first: Claim, claim: Claim, tag: Tag) -> BadRow:
    earlier = f" in line {first.line}" if first.line else ""
    return BadRow(
        claim.line, f"“{tag.name}” is {claim.verdict} here and {first.verdict}{earlier}; the first one counts."
    )


def _preview(
    settled: _Settled, names: Mapping[int, str], new_tags: tuple[str, ...], new_aliases: tuple[str, ...],
    new_searches: list[str],
) -> Preview:  # fmt: skip
    return Preview(
        new=len(settled.new),
        same=settled.same,
        conflicts=tuple(
            Conflict(key[0], names.get(key[0], ""), tag.name, mine, theirs, key[2], key[3])
            for key, tag, mine, theirs in settled.conflicts[:CONFLICTS_SHOWN]
        ),
        n_conflicts=len(settled.conflicts),
        left_out=settled.left_out,
        unmatched=settled.unmatched,
        contradictions=tuple(settled.contradictions[:CONFLICTS_SHOWN]),
        n_contradictions=len(settled.contradictions),
        new_tags=new_tags,
        new_aliases=new_aliases,
        new_searches=tuple(new_searches),
    )


def _names(session: Any, conflicts: list[tuple[Key, Tag, Verdict, Verdict]]) -> dict[int, str]:
    ids = list(dict.fromkeys(key[0] for key, *_ in conflicts[:CONFLICTS_SHOWN]))
    return {track.id: shown(track.name) for track in tracks.rows(session, ids)}


def _read(file: Path, named: str | None, reading: Reading) -> Job[Format]:
    """Read a file or all files of a folder; returns the format."""
    files, wanted = _files(file, named)
    for done, each in enumerate(files):
        try:
            for count in wanted.read(source(each), reading):
                if count % ROWS_PER_STEP == 0:
                    yield Progress(done, len(files) if len(files) > 1 else 0, f"Reading {shown(each.name)}: {count:,}")
        except ForeignFileError as error:
            if len(files) == 1:
                raise
            reading.refuse(0, error.what)
    if len(files) > 1 and not reading.references:
        raise TagStudioError(f"No file in “{shown(file.name)}” is {wanted.title}.", "Choose another folder.")
    return wanted


def _files(file: Path, named: str | None) -> tuple[list[Path], Format]:
    if not os.path.isdir(file):  # noqa: PTH112 -- pathlib raises for odd names
        found = source(file)
        # What a file holds tells more than its name: a selection table may well be called tags.txt.
        told = recognised(found)
        return [file], format_of(file, named or (told if told != "csv" else None), default=told)
    with os.scandir(file) as entries:
        inside = sorted(
            (Path(each.path) for each in entries if each.is_file() and not each.name.startswith(".")), key=str
        )
    for wanted in ("jams", "audacity") if named is None else (named.strip().lower(),):
        its = format_of(file, wanted)
        chosen = [each for each in inside if each.name.lower().endswith(its.endings)]
        if chosen and its.is_per_track:
            return chosen, its
    raise TagStudioError(
        f"There are no JAMS files and no Audacity labels in “{shown(file.name)}”.", "Choose a folder with such files."
    )


def _about(reading: Reading, tag: str) -> Reading:
    """Let everything that a file says be about one word."""
    renamed = Reading(
        references=reading.references, bad_rows=reading.bad_rows, n_bad=reading.n_bad, notices=reading.notices
    )
    for claim in reading.claims:
        renamed.say(claim.line, claim.reference, tag, claim.verdict, start_s=claim.start_s, end_s=claim.end_s)
    return renamed


def _name(reference: Reference) -> str:
    name = reference.path or reference.stem or reference.title or reference.audio_hash or "a track without a name"
    return shown(name)
