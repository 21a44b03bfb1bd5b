"""What is put back: the library's own backups, the history that holds, and all that was judged since."""

import shutil
from pathlib import Path

import pytest

from tagstudio import paths
from tagstudio.domain.errors import NothingFoundError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Judgement, Verdict
from tagstudio.domain.settings import Settings, save_settings
from tagstudio.domain.tracks import TrackFacts
from tagstudio.library import exchange, judgements, roots, tags, tracks
from tagstudio.library.backups import back_up, backup_folder, side_file
from tagstudio.library.store import open_library
from tagstudio.services import backups, recovery, upkeep
from tagstudio.services.studio import Studio


def facts(audio_hash):
    return TrackFacts(audio_hash=audio_hash, duration_s=1.0, codec="mp3", rate=44100, channels=2, fields={})


def fill(library, word="jazz", n=6):
    """Add tracks 1 to n and one tag."""
    with library.write() as session:
        root = roots.add(session, b"/music")
        for i in range(1, n + 1):
            tracks.add(session, root_id=root.id, path=b"%d.mp3" % i, size=i, mtime_ns=i, facts=facts(f"hash{i}"))
        tags.add(session, word)


def judge(library, *track_ids, answer=Verdict.YES, tag_id=1):
    """Judge each track in a batch of its own."""
    for track_id in track_ids:
        with library.write() as session:
            judgements.record(session, [Judgement(track_id=track_id, tag_id=tag_id, verdict=answer)], text="by hand")


def judged(file):
    """Return what holds: (track id, word, verdict)."""
    with open_library(file, create=False) as library, library.read() as session:
        words = {tag_id: tag.name for tag_id, tag in exchange.every_tag(session).items()}
        return sorted((held.track_id, words[held.tag_id], str(held.verdict)) for held in exchange.held(session))


def wrong(file):
    return [each.what for each in upkeep.check(file) if not each.is_ok]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "library.sqlite3"


@pytest.fixture
def shared_disk(tmp_path):
    """A folder that gets the second copies of every library's backups."""
    disk = tmp_path / "disk"
    disk.mkdir()
    settings = paths.settings_file()
    settings.parent.mkdir(parents=True, exist_ok=True)
    save_settings(settings, Settings(second_backup_folder=str(disk)))
    yield disk
    settings.unlink()


def back_up_often(file, word, times):
    """Make a library of one word, with so many backups; each has one judgement more."""
    file.parent.mkdir(exist_ok=True)
    with Studio(open_library(file), Settings(second_backup_folder=str(file.parents[1] / "disk"))) as studio:
        fill(studio.library, word)
        for number in range(1, times + 1):
            judge(studio.library, number)
            assert backups.make(studio).warning == ""


def test_another_library_of_the_same_name_on_the_same_disk_is_never_put_back(shared_disk, tmp_path):
    mine, other = tmp_path / "mine" / "library.sqlite3", tmp_path / "other" / "library.sqlite3"
    back_up_often(mine, "jazz", 1)
    back_up_often(other, "techno", 4)
    mine.write_bytes(b"")
    assert len({each.library for each in recovery.choices(mine)}) == 1
    run(recovery.restore(mine))
    assert judged(mine) == [(1, "jazz", "yes")]


def test_the_second_place_is_enough_where_all_else_is_lost(shared_disk, tmp_path):
    mine, other = tmp_path / "mine" / "library.sqlite3", tmp_path / "other" / "library.sqlite3"
    back_up_often(mine, "jazz", 2)
    shutil.rmtree(mine.parent)
    mine.parent.mkdir()
    run(recovery.restore(mine))
    assert judged(mine) == [(1, "jazz", "yes"), (2, "jazz", "yes")]
    back_up_often(other, "techno", 4)
    shutil.rmtree(mine.parent)
    mine.parent.mkdir()
    assert run(recovery.offer(mine)) is None
    with pytest.raises(NothingFoundError, match="2 libraries"):
        run(recovery.restore(mine))
    assert not mine.exists()
    assert len({each.library for each in recovery.choices(mine)}) == 2


def test_libraries_whose_names_differ_in_their_last_part_have_a_folder_each(tmp_path):
    first, second = tmp_path / "music.jazz", tmp_path / "music.live"
    for file, word, times in ((first, "jazz", 1), (second, "live", 3)):
        with open_library(file) as library:
            fill(library, word)
            judge(library, *range(1, times + 1))
            back_up(file, "by hand")
    assert backup_folder(first) != backup_folder(second)
    assert backup_folder(Path("library.sqlite3")) == Path("library.backups")
    first.write_bytes(b"")
    run(recovery.restore(first))
    assert judged(first) == [(1, "jazz", "yes")]


def test_of_a_folder_that_two_libraries_shared_each_gets_its_own(tmp_path):
    first, second = tmp_path / "music.jazz", tmp_path / "music.live"
    shared = tmp_path / "music.backups"
    for file, word in ((first, "jazz"), (second, "live")):
        with open_library(file) as library:
            fill(library, word)
            judge(library, 1)
        shared.mkdir(exist_ok=True)
        copy = back_up(file, f"with {word}")
        for each in (copy, side_file(copy)):
            each.rename(shared / each.name)
    assert [each.reason for each in recovery.choices(first)] == ["with jazz"]
    assert [each.reason for each in recovery.choices(second)] == ["with live"]
