"""The checker finds every kind of violation; a checker that cannot fail proves nothing."""

import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from harness import check, sha256s_of, tracks_of, write_tones

from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.library.backups import back_up, backup_folder
from tagstudio.services.judge import judge, undo
from tagstudio.services.scan import scan
from tagstudio.services.studio import open_studio


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """A library of two tracks with some judgements, and what was acknowledged."""
    folder = tmp_path_factory.mktemp("judged")
    write_tones(folder / "music", 2)
    acks = []
    with open_studio(folder / "library.sqlite3") as studio:
        run(scan(studio, [folder / "music"]))
        for verdicts in ({"Jazz": Verdict.YES, "Rock": Verdict.NO}, {"Jazz": Verdict.UNSURE}, {"Sad": Verdict.YES}):
            done = judge(studio, [1, 2], verdicts)
            rows = [[track, name, verdict.value] for track in (1, 2) for name, verdict in verdicts.items()]
            acks.append({"batch": done.judged.batch, "judged": done.judged.judged, "judgements": rows})
        taken = undo(studio)
        acks.append({"batch": taken.judged.batch, "judged": taken.judged.judged})
    return folder, acks


@pytest.fixture
def library(judged, tmp_path):
    """A copy to harm, its acknowledgements and a door into it past the program."""
    folder, acks = judged
    copy = tmp_path / "library.sqlite3"
    shutil.copyfile(folder / "library.sqlite3", copy)
    return copy, acks


def harm(library: Path, *statements: str) -> None:
    with closing(sqlite3.connect(library)) as connection:
        # Past the guards of the tables, as a broken disk would.
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def invariants(found):
    return {each["invariant"] for each in found}


def texts(found):
    return "\n".join(each["what"] for each in found)


def test_a_library_that_nothing_happened_to_is_clean(judged, library):
    copy, acks = library
    music = judged[0] / "music"
    assert check(copy, acks=acks, tracks=tracks_of(copy), audio=sha256s_of(music), temps=[music]) == []


def test_looking_at_a_library_leaves_it_and_its_journal_as_they_were(library):
    copy, acks = library
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE track SET title = 'x'")
        connection.commit()
        before = {file.name: file.read_bytes() for file in copy.parent.glob("library.sqlite3*")}
        check(copy, acks=acks)
        assert {file.name: file.read_bytes() for file in copy.parent.glob("library.sqlite3*")} == before


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM judgement WHERE batch_id = 3", "batch 3: 2 judgements acknowledged, 0 there"),
        ("DELETE FROM batch WHERE id = 3", "acknowledged batch 3 is lost"),
        ("UPDATE judgement SET verdict = 'no' WHERE batch_id = 2 AND track_id = 1", "judgements of batch 2 are lost"),
        ("DELETE FROM judgement WHERE batch_id = 4", "batch 4: 2 judgements acknowledged, 0 there"),
    ],
)
def test_a_lost_acknowledgement_is_found(library, statement, says):
    copy, acks = library
    harm(copy, statement)
    found = check(copy, acks=acks)
    assert "I1" in invariants(found)
    assert says in texts(found)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE judgement SET made_at = '2001' WHERE id = 2", "judgement 2 is not as it was written"),
        ("DELETE FROM judgement WHERE id = 1", "judgement 1 is missing"),
        ("DELETE FROM standing WHERE track_id = 1", "standing of tag"),
        ("UPDATE standing SET verdict = 'yes' WHERE verdict = 'no'", "standing of tag"),
        ("INSERT INTO batch (kind, text, made_at) VALUES ('judge', 'x', 'now')", "batch 5 is half"),
        ("UPDATE judgement SET batch_id = 99 WHERE id = 1", "foreign_key_check"),
    ],
)
def test_a_half_or_changed_transaction_is_found(library, statement, says):
    copy, _ = library
    harm(copy, statement)
    found = check(copy)
    assert invariants(found) == {"I2"}
    assert says in texts(found)


def test_a_batch_of_a_size_nobody_asked_for_is_found(library):
    copy, _ = library
    assert check(copy, batch_rows=[2, 4]) == []
    assert "batch 1 is half: it has 4 judgements" in texts(check(copy, batch_rows=[2]))


@pytest.mark.parametrize("wreck", [lambda file: file.unlink(), lambda file: file.write_bytes(b"no library" * 99)])
def test_a_library_that_is_gone_or_unreadable_is_found(library, wreck):
    copy, _ = library
    wreck(copy)
    assert invariants(check(copy)) == {"I2"}


def test_a_page_of_zeros_is_found(library):
    copy, _ = library
    content = bytearray(copy.read_bytes())
    content[4096 * 4 : 4096 * 5] = bytes(4096)
    copy.write_bytes(content)
    assert "I2" in invariants(check(copy))


def test_a_deleted_track_is_found(library):
    copy, _ = library
    paths = tracks_of(copy)
    harm(copy, "PRAGMA foreign_keys = OFF", "DELETE FROM track WHERE id = 1")
    assert "I4" in invariants(check(copy, tracks=paths))


def test_changed_and_vanished_audio_is_found(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"a")
    (tmp_path / "b.wav").write_bytes(b"b")
    audio = sha256s_of(tmp_path)
    (tmp_path / "a.wav").write_bytes(b"A")
    (tmp_path / "b.wav").unlink()
    found = check(None, audio=audio)
    assert [each["invariant"] for each in found] == ["I3", "I3"]
    assert "has changed" in texts(found)
    assert "is gone" in texts(found)


def test_a_short_export_is_found_and_an_absent_or_old_one_is_not(tmp_path):
    file = tmp_path / "out.csv"
    whole, old = b"track,tag\n1,Jazz\n", b"track,tag\n"
    digests = [hashlib.sha256(each).hexdigest() for each in (whole, old)]
    for content in (None, whole, old):
        if content is not None:
            file.write_bytes(content)
        assert check(None, exports={file: digests}) == []
    file.write_bytes(whole[:-3])
    assert invariants(check(None, exports={file: digests})) == {"I6"}


def test_a_temporary_file_that_stays_is_found(tmp_path):
    (tmp_path / "album").mkdir()
    assert check(None, temps=[tmp_path]) == []
    (tmp_path / "album" / ".tagstudio-12.flac").touch()
    assert invariants(check(None, temps=[tmp_path])) == {"I7"}


def test_missing_damaged_and_mislabelled_backups_are_found(library, tmp_path):
    copy, _ = library
    assert invariants(check(copy, backups=backup_folder(copy))) == {"I8"}
    backup = back_up(copy, "test")
    assert check(copy, backups=backup.parent) == []
    Path(f"{backup}.sha256").write_text("0" * 64 + "  " + backup.name)
    assert invariants(check(copy, backups=backup.parent)) == {"I8"}
    Path(f"{backup}.sha256").unlink()
    harm(backup, "UPDATE judgement SET verdict = 'no' WHERE id = 1")
    assert invariants(check(copy, backups=backup.parent)) == {"I8"}
