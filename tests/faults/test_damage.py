"""C1, C2: a library's file that is damaged, lost or replaced."""

import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing

import pytest
from harness import times
from judged import SEED, fill, judge, truth

from tagstudio.domain.errors import DamagedLibraryError, LibraryError
from tagstudio.domain.jobs import run
from tagstudio.library import checks, tags
from tagstudio.library.store import open_library
from tagstudio.services import recovery
from tagstudio.services.studio import open_studio


def flip_bit(raw, chance):
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)


def change_bytes(raw, chance):
    start = chance.randrange(len(raw) - 8)
    raw[start : start + 8] = chance.randbytes(8)


def zero_page(raw, chance):
    page = 4096 * chance.randrange(len(raw) // 4096)
    raw[page : page + 4096] = bytes(4096)


DAMAGES = {"single bits": flip_bit, "8 bytes": change_bytes, "zeroed pages": zero_page}


def outcome(file, expected):
    """Open a damaged library, and tell how that ended: refused, detected by the full check, harmless, or silent."""
    try:
        open_library(file, create=False).close()
    except LibraryError as error:
        return "refused" if error.what and error.advice else "silent"
    with checks.looked_at(file) as connection:
        if next(checks.full(connection), None) is not None:
            return "detected"
    try:
        return "harmless" if truth(file) == expected else "silent"
    except sqlite3.Error:
        return "silent"


@pytest.mark.parametrize("kind", DAMAGES)
def test_c1_no_damage_of_the_file_changes_a_judgement_in_silence(filled, tmp_path, record, kind):
    whole = (filled / "library.sqlite3").read_bytes()
    expected = truth(filled / "library.sqlite3")
    chance = random.Random(f"{SEED} {kind}")
    found: Counter[str] = Counter()
    violations = []
    folder = tmp_path / "damaged"
    shutil.copytree(filled, folder, ignore=shutil.ignore_patterns("*-owner", "*-wal", "*-shm"))
    file = folder / "library.sqlite3"
    for number in range(times(15, 300)):
        raw = bytearray(whole)
        while raw == whole:
            DAMAGES[kind](raw, chance)
        for beside in folder.glob("library.sqlite3-*"):
            beside.unlink()
        file.write_bytes(raw)
        ended = outcome(file, expected)
        found[ended] += 1
        if ended == "silent":
            violations.append(f"{kind} {number}: a judgement changed in silence")
    total = found.total()
    record("C1", f"{kind} changed: {dict(found)}", n=total, violations=violations)


def truncated(file, _other):
    raw = file.read_bytes()
    file.write_bytes(raw[: len(raw) // 2])


def emptied(file, _other):
    file.write_bytes(b"")


def text_instead(file, _other):
    file.write_text("shopping list\n" * 300)


def foreign_database(file, _other):
    file.unlink()
    with closing(sqlite3.connect(file)) as plain:
        plain.execute("CREATE TABLE bookmark (url TEXT)")
        plain.commit()


def journal_lost(file, _other):
    # As after a crash before the journal was moved into the file, whose journal somebody has tidied away.
    shutil.copyfile(file.with_name("before"), file)


def journal_of_an_older_state(file, other):
    shutil.copyfile(other.with_name("stale-wal"), file.with_name(file.name + "-wal"))
    shutil.copyfile(other.with_name("older"), file)


def journal_of_another_library(file, other):
    shutil.copyfile(other.with_name("stale-wal"), file.with_name(file.name + "-wal"))


def vanished(file, _other):
    file.unlink()


WRECKS = (
    truncated, emptied, text_instead, foreign_database, journal_lost, journal_of_an_older_state,
    journal_of_another_library, vanished,
)  # fmt: skip


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Another library, with a journal that it left behind, and an older state of itself."""
    folder = tmp_path_factory.mktemp("other")
    file = folder / "library.sqlite3"
    fill(file, batches=20)
    shutil.copyfile(file, folder / "older")
    with open_library(file) as library, library.write() as session:
        tags.add(session, "in the journal only")
        for number in range(300):
            tags.add(session, f"word {number} in the journal")
    library = open_library(file)
    try:
        with library.write() as session:
            for number in range(300, 600):
                tags.add(session, f"word {number} in the journal")
        shutil.copyfile(file.with_name(file.name + "-wal"), folder / "stale-wal")
    finally:
        library.close()
    return file


@pytest.mark.parametrize("wreck", WRECKS, ids=lambda each: each.__name__)
def test_c2_what_is_no_library_any_more_is_refused_and_never_replaced_by_an_empty_one(
    copied, other, record, wreck, tmp_path
):
    file = copied()
    shutil.copyfile(file, file.with_name("before"))
    judge(file, range(60, 62))
    expected = truth(file)
    wreck(file, other)
    before = file.read_bytes() if file.exists() else None
    violations = []
    try:
        open_studio(file).close()
        if truth(file) != expected:
            violations.append(f"{wreck.__name__}: opened with other judgements")
    except DamagedLibraryError as error:
        if "restore" not in error.advice:
            violations.append(f"{wreck.__name__}: nothing was offered: {error.advice}")
        if (file.read_bytes() if file.exists() else None) != before:
            violations.append(f"{wreck.__name__}: the file was changed")
        run(recovery.restore(file))
        if truth(file) != expected:
            violations.append(f"{wreck.__name__}: restoring lost something")
        open_studio(file).close()
    record("C2", wreck.__name__.replace("_", " "), n=1, violations=violations)
