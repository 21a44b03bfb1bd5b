"""Looking after a library's files: checking all of them, and making them small again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tagstudio.domain.errors import LibraryError, TagStudioError
from tagstudio.domain.jobs import Job, Progress
from tagstudio.library import backups, checks, compacting, damage
from tagstudio.library.backups import all_backups, backup_folder
from tagstudio.library.compacting import Sizes
from tagstudio.library.faults import explained
from tagstudio.library.headers import refuse_foreign
from tagstudio.library.mirror import Mirror
from tagstudio.library.owners import real_file
from tagstudio.library.store import BUSY_S, cache_folder

RESTORE = "“tagstudio library restore” puts a backup back."


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What looking at one part of a library has shown; ``is_harmless`` when nothing that people decided is at stake."""

    part: str
    is_ok: bool
    what: str
    advice: str = ""
    is_harmless: bool = False


@dataclass(frozen=True, slots=True)
class CompactReport:
    """Sizes before and after, by part."""

    library: Sizes
    mirror: Sizes
    cache: Sizes


def check(file: Path) -> Iterator[Looked]:
    """Look at everything that belongs to a library, one part after another; nothing is changed."""
    file = real_file(file)
    whole = True
    for found in _library(file):
        whole = whole and found.is_ok
        yield found
    if whole:
        yield from (_mirror(file), _journal(file))
    yield from (_backups(file), _cache(file), _temps(file))


def check_quietly(file: Path) -> Job[list[Looked]]:
    """Look at everything in the background; returns what is wrong."""
    wrong = []
    for n, found in enumerate(check(file)):
        yield Progress(n, 0, found.part)
        if not found.is_ok:
            wrong.append(found)
    return wrong


def compact(file: Path) -> Job[CompactReport]:
    """Write a closed library anew, press its mirror, and give back what its cache does not use.

    Raises
    ------
    LibraryError
        If the library is open, damaged or lacks judgements, or the disk is full; what could not be done is as before.
    """
    file = real_file(file)
    if not file.exists():
        raise LibraryError(f"There is no library at “{file}”.", "Name another file.")
    with explained(file):
        refuse_foreign(file, BUSY_S)
        damage.require_whole(file, Mirror(file), is_first=True)
    yield Progress(0, 4, "backing up")
    backups.back_up(file, "before compacting")
    yield Progress(1, 4, "writing the library anew")
    library = compacting.compact_library(file)
    yield Progress(2, 4, "pressing the second copy of the judgements")
    mirror = compacting.compact_mirror(file)
    yield Progress(3, 4, "tidying the cache")
    return CompactReport(library, mirror, compacting.compact_cache(cache_folder(file) / "cache.sqlite3"))


def _library(file: Path) -> Iterator[Looked]:
    if not file.exists():
        has_backups = bool(all_backups(file))
        what = f"There is no library at “{file}”."
        yield Looked(part="library", is_ok=False, what=what, advice=RESTORE if has_backups else "Name another file.")
        return
    try:
        with explained(file):
            refuse_foreign(file, BUSY_S)
            with checks.looked_at(file) as connection:
                found = list(checks.full(connection))
                counts = checks.counts(connection)
    except LibraryError as error:
        yield Looked(part="library", is_ok=False, what=error.what, advice=damage.with_offer(file, error).advice)
        return
    for each in found:
        yield Looked(part=each.part, is_ok=False, what=each.what, advice=RESTORE)
    if not found:
        what = f"{counts['judgement']:,} judgements, {counts['tag']:,} tags, {counts['track']:,} tracks are as written."
        yield Looked(part="library", is_ok=True, what=what)


def _mirror(file: Path) -> Looked:
    mirror = Mirror(file)
    with checks.looked_at(file) as connection:
        lacking = mirror.lacking(connection)
        problem = "" if lacking else mirror.problem(connection)
    if lacking:
        what = f"The library lacks {lacking:,} judgements that its second copy has."
        return Looked(part="mirror", is_ok=False, what=what, advice="“tagstudio library restore” puts them back.")
    if problem:
        advice = "“tagstudio library compact” writes it anew."
        return Looked(part="mirror", is_ok=False, what=problem, advice=advice, is_harmless=True)
    return Looked(part="mirror", is_ok=True, what="The second copy of the judgements has all of them.")


def _journal(file: Path) -> Looked:
    with checks.looked_at(file) as connection:
        query = "SELECT count(*) FROM write_entry WHERE state = 'intended'"
        open_entries = connection.execute(query).fetchone()[0] if checks.has_seals(connection) else 0
    if open_entries:
        what = f"{open_entries:,} files were being written when the program ended."
        return Looked(part="journal", is_ok=False, what=what, advice="The next start of the program looks at them.")
    return Looked(part="journal", is_ok=True, what="No file was left half written.")


def _backups(file: Path) -> Looked:
    found = all_backups(file)
    if not found:
        advice = "“tagstudio library backup” makes one."
        is_needed = file.exists() and bool(Mirror(file).files())
        return Looked(part="backups", is_ok=not is_needed, what="There is none.", advice=advice, is_harmless=True)
    problem = backups.problem(found[0])
    what = f"{len(found)} in “{backup_folder(file)}”"
    if problem:
        return Looked(
            part="backups", is_ok=False, what=f"The newest backup is no good. {problem}",
            advice="“tagstudio library backup” makes another one.", is_harmless=True,
        )  # fmt: skip
    return Looked(part="backups", is_ok=True, what=f"{what}, the newest is good.")


def _cache(file: Path) -> Looked:
    return _either(
        "cache",
        lambda: compacting.cache_problem(cache_folder(file) / "cache.sqlite3"),
        "The cache is whole.",
        "It is set aside at the next start, and made again.",
    )


def _temps(file: Path) -> Looked:
    def left() -> str:
        found = [*damage.leftovers(file), *backups.leftovers(backup_folder(file))]
        return f"{len(found)} files of interrupted work are left." if found else ""

    return _either(
        "left-overs", left, "Nothing is left of interrupted work.", "The next start of the program tidies up."
    )


def _either(part: str, look: Callable[[], str], fine: str, advice: str) -> Looked:
    try:
        problem = look()
    except (TagStudioError, OSError) as error:
        problem = str(error)
    if problem:
        return Looked(part=part, is_ok=False, what=problem, advice=advice, is_harmless=True)
    return Looked(part=part, is_ok=True, what=fine)
