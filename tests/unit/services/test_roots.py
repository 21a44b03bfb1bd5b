"""Folders of a library: their state, another place for one, many vanished files, links, duplicates, watching."""

import os
import queue
import resource
import shutil
from pathlib import Path

import mutagen
import pytest

from tagstudio.domain.errors import NothingFoundError, TagStudioError
from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.services import browse, roots
from tagstudio.services.duplicates import duplicates
from tagstudio.services.judge import judge
from tagstudio.services.missing import is_too_many
from tagstudio.services.scan import rescan, scan
from tagstudio.services.watching import Watcher

RETAGGED = 1000 if os.environ.get("TAGSTUDIO_FAULTS") == "full" else 30


def test_a_root_is_connected_empty_or_not_there(studio, music):
    run(scan(studio, [music]))
    assert [(each.state, each.tracks, each.missing) for each in roots.views(studio)] == [("connected", 3, 0)]
    music.rename(music.parent / "aside")
    assert [each.state for each in roots.views(studio)] == ["not there"]
    music.mkdir()
    assert [each.state for each in roots.views(studio)] == ["empty"]


def test_a_root_under_another_name_keeps_tracks_and_judgements_and_reads_nothing_anew(studio, music):
    run(scan(studio, [music]))
    judge(studio, browse.track_ids(studio), {"beep": Verdict.YES})
    moved = music.parent / "drive two"
    music.rename(moved)
    assert roots.move(studio, music, moved).root.tracks == 3
    report = run(rescan(studio))
    assert (report.unchanged, report.new, report.missing, report.failed) == (3, 0, 0, ())
    assert len(browse.track_ids(studio, "tag:beep")) == 3


def test_a_folder_without_the_tracks_is_refused(studio, music, tmp_path, tone):
    run(scan(studio, [music]))
    tone(tmp_path / "other" / "x.wav")
    with pytest.raises(TagStudioError, match="Only 0 of 3"):
        roots.move(studio, music, tmp_path / "other")
    with pytest.raises(TagStudioError, match="cannot be read"):
        roots.move(studio, music, tmp_path / "never")
    with pytest.raises(NothingFoundError, match="no folder of the library"):
        roots.move(studio, tmp_path / "other", music)
    run(scan(studio, [tmp_path / "other"]))
    with pytest.raises(TagStudioError, match="belongs to"):
        roots.move(studio, music, tmp_path / "other")


def copies(folder: Path, original: Path, count: int) -> list[Path]:
    """Write many different tracks, quickly: one tone with other samples at its end."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = original.read_bytes()
    files = [folder / f"{number:04}.wav" for number in range(count)]
    for number, file in enumerate(files):
        file.write_bytes(raw[:-2] + number.to_bytes(2, "little"))
    return files


@pytest.mark.parametrize(
    ("vanished", "of", "is_held"), [(10, 10, False), (11, 60, False), (11, 40, True), (51, 9999, True)]
)
def test_many_vanished_files_at_once_are_not_believed(vanished, of, is_held):
    assert is_too_many(vanished, of) is is_held


def test_a_root_that_lost_many_files_is_left_alone_until_that_is_confirmed(studio, music, tone):
    files = copies(music / "many", music / "one" / "a.wav", 20)
    run(scan(studio, [music]))
    for file in files[:12]:
        file.unlink()
    held = run(rescan(studio))
    assert (held.missing, held.held_back[0].tracks, browse.summary(studio).missing) == (0, 12, 0)
    assert "12 tracks" in held.held_back[0].sentence
    believed = run(rescan(studio, accept_missing=True))
    assert (believed.missing, believed.held_back) == (12, ())


def test_files_renamed_moved_and_retagged_elsewhere_keep_every_judgement(studio, tmp_path, tone):
    folder = tmp_path / "shelf"
    files = copies(folder, tone(tmp_path / "x" / "t.wav", seconds=0.3), RETAGGED)
    run(scan(studio, [folder]))
    judge(studio, browse.track_ids(studio), {"kept": Verdict.YES})
    before = {each: browse.track(studio, each).audio_hash for each in browse.track_ids(studio)}
    for number, file in enumerate(files):
        new = folder / f"album {number % 7}" / f"track {number}.wav"
        new.parent.mkdir(exist_ok=True)
        file.rename(new)
        opened = mutagen.File(new)
        opened.add_tags()
        opened.tags.add(mutagen.id3.TIT2(3, [f"Title {number}"]))
        opened.save()
    report = run(rescan(studio))
    assert (report.moved, report.new, report.missing, report.failed) == (RETAGGED, 0, 0, ())
    assert {each: browse.track(studio, each).audio_hash for each in browse.track_ids(studio)} == before
    assert len(browse.track_ids(studio, "tag:kept")) == RETAGGED


def test_a_link_stands_for_a_file_of_the_root_that_is_found_in_no_other_way(studio, music, tmp_path, tone):
    hidden = tone(music / ".store" / "kept.wav", hz=700)
    outside = tone(tmp_path / "outside" / "not ours.wav", hz=800)
    (music / "link.wav").symlink_to(hidden)
    (music / "again.wav").symlink_to(hidden)
    (music / "known.wav").symlink_to(music / "one" / "a.wav")
    (music / "out.wav").symlink_to(outside)
    (music / "zero.wav").symlink_to("/dev/zero")
    (music / "folder").symlink_to(outside.parent)
    assert run(scan(studio, [music])).new == 4
    assert run(rescan(studio)).unchanged == 4


def test_copies_are_listed_and_nothing_is_deleted(studio, music):
    shutil.copy(music / "one" / "a.wav", music / "two" / "copy.wav")
    run(scan(studio, [music]))
    (group,) = duplicates(studio)
    assert [each.file.name for each in group.copies] == ["a.wav", "copy.wav"]
    assert len(list(music.rglob("*.*"))) == 4


def test_what_changes_in_a_watched_folder_is_told_once_it_is_quiet(music, tone, tmp_path):
    told: queue.Queue[list[Path]] = queue.Queue()
    watcher = Watcher(told.put, lambda *words: told.put(list(words)), quiet_s=0.2)
    watcher.start([music])
    try:
        (music / "one" / ".tagstudio-1.part").write_bytes(b"own")
        (music / "one" / "notes.txt").write_text("no audio")
        (music / "one" / "a.wav").read_bytes()
        tone(music / "two" / "new.wav")
        assert told.get(timeout=10) == [music / "two"]
        shutil.rmtree(music / "one")
        assert told.get(timeout=10) == [music]
    finally:
        watcher.stop()
    assert told.empty()


def test_a_folder_that_cannot_be_watched_is_told_in_a_sentence(music):
    said: list[tuple[str, str]] = []
    watcher = Watcher(lambda _: None, lambda what, advice: said.append((what, advice)))
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1, usual[1]))
    try:
        watcher.start([music])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)
    assert not watcher.is_watching
    ((what, advice),) = said
    assert what == "“music” cannot be watched: the system allows no more watchers."
    assert advice
