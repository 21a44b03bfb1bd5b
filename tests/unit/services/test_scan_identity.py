"""A track is its audio: judgements follow the sound, whatever happens to the names of files."""

from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagstudio.domain.jobs import run
from tagstudio.domain.judgements import Verdict
from tagstudio.library.places import Seat
from tagstudio.services import browse
from tagstudio.services.judge import judge
from tagstudio.services.scan import scan
from tagstudio.services.studio import Studio
from tagstudio.services.tracks_in_step import plan

WORDS = ("one", "two", "three")


@pytest.fixture
def album(studio: Studio, tmp_path: Path, tone: Callable[..., Path]) -> Path:
    """Files 01 to 03, each judged with its number in words, and a neighbour, so that the folder is never empty."""
    folder = tmp_path / "album"
    tone(folder / "neighbour.wav", hz=1000.0, seconds=0.5)
    for number, _ in enumerate(WORDS, 1):
        tone(folder / f"0{number}.wav", hz=200.0 * number, seconds=0.5)
    run(scan(studio, [folder]))
    for number, word in enumerate(WORDS, 1):
        judge(studio, browse.track_ids(studio, f"path:0{number}"), {word: Verdict.YES})
    return folder


def places(studio: Studio) -> dict[str, str]:
    """Return where each judged track is, "missing" where its file is gone."""
    found = {}
    for word in WORDS:
        (track_id,) = browse.track_ids(studio, f"tag:{word}")
        track = browse.track(studio, track_id)
        found[word] = "missing" if track.is_missing else track.file.name
    return found


def rename(folder: Path, *pairs: tuple[str, str]) -> None:
    for old, new in pairs:
        (folder / old).rename(folder / new)


def test_renumbered_files_keep_their_judgements(studio, album):
    rename(album, ("03.wav", "04.wav"), ("02.wav", "03.wav"), ("01.wav", "02.wav"))
    report = run(scan(studio, [album]))
    assert (report.new, report.changed, report.moved, report.missing) == (0, 0, 3, 0)
    assert places(studio) == {"one": "02.wav", "two": "03.wav", "three": "04.wav"}


def test_swapped_files_keep_their_judgements(studio, album):
    rename(album, ("01.wav", "aside"), ("02.wav", "01.wav"), ("aside", "02.wav"))
    report = run(scan(studio, [album]))
    assert (report.new, report.changed, report.moved, report.missing) == (0, 0, 2, 0)
    assert places(studio) == {"one": "02.wav", "two": "01.wav", "three": "03.wav"}
    assert run(scan(studio, [album])).unchanged == 4


def test_a_scan_of_swapped_files_that_is_stopped_misassigns_nothing(studio, album):
    rename(album, ("01.wav", "aside"), ("02.wav", "01.wav"), ("aside", "02.wav"))
    job = scan(studio, [album], workers=1)
    for progress in job:
        if progress.done >= 1:  # everything is read, nothing is settled
            break
    job.close()
    assert places(studio) == {"one": "01.wav", "two": "02.wav", "three": "03.wav"}
    run(scan(studio, [album]))
    assert places(studio) == {"one": "02.wav", "two": "01.wav", "three": "03.wav"}


def test_a_file_written_over_another_takes_its_place_and_the_other_waits_for_its_audio(studio, album):
    kept = (album / "02.wav").read_bytes()
    rename(album, ("01.wav", "02.wav"))
    report = run(scan(studio, [album]))
    assert (report.moved, report.missing, report.new, report.changed) == (1, 1, 0, 0)
    assert places(studio) == {"one": "02.wav", "two": "missing", "three": "03.wav"}
    (album / "back.wav").write_bytes(kept)
    assert run(scan(studio, [album])).moved == 1
    assert places(studio)["two"] == "back.wav"


def test_new_audio_under_an_old_name_is_new_when_the_old_audio_is_elsewhere(studio, album, tone):
    rename(album, ("02.wav", "elsewhere.wav"))
    tone(album / "02.wav", hz=1234.0, seconds=0.5)
    report = run(scan(studio, [album]))
    assert (report.moved, report.new, report.changed, report.missing) == (1, 1, 0, 0)
    assert places(studio)["two"] == "elsewhere.wav"


def test_audio_that_was_edited_in_place_keeps_its_track(studio, album, tone):
    tone(album / "02.wav", hz=1234.0, seconds=0.5)
    report = run(scan(studio, [album]))
    assert (report.changed, report.new, report.missing) == (1, 0, 0)
    assert places(studio)["two"] == "02.wav"


def test_files_that_change_places_between_folders_of_one_scan_keep_their_judgements(studio, album, tmp_path, tone):
    other = tmp_path / "other"
    tone(other / "first.wav", hz=1500.0, seconds=0.5)
    run(scan(studio, [other]))
    rename(album, ("01.wav", "../other/01.wav"), ("02.wav", "01.wav"))
    report = run(scan(studio, [other, album]))
    assert (report.moved, report.new, report.changed, report.missing) == (2, 0, 0, 0)
    assert places(studio) == {"one": "01.wav", "two": "01.wav", "three": "03.wav"}


folders = st.dictionaries(st.sampled_from([b"1", b"2", b"3", b"4", b"5", b"6"]), st.sampled_from("abcd"), max_size=6)


@given(before=folders, after=folders, data=st.data())
def test_every_audio_that_is_still_there_keeps_its_tracks_in_whatever_order_files_are_read(before, after, data):
    tracks = dict(enumerate(sorted(before), 1))  # id to path
    audio = {track_id: before[path] for track_id, path in tracks.items()}
    ids = count(100)
    unread = data.draw(st.permutations([path for path in after if before.get(path) != after[path]]))
    waiting: list[bytes] = []
    while True:
        size = data.draw(st.integers(1, 3))
        batch, unread = unread[:size], unread[size:]
        is_last = not batch
        read = {path: after[path] for path in (waiting if is_last else batch)}
        made = plan(
            read,
            {path: Seat(each, audio[each]) for each, path in tracks.items() if path in read},
            {a: {each: path for each, path in tracks.items() if audio[each] == a} for a in set(read.values())},
            {each for each, path in tracks.items() if path not in after},
            is_last=is_last,
        )
        for track_id in made.displaced:
            tracks[track_id] = b"nowhere %d" % track_id
        for path, track_id in [*made.stays.items(), *made.moves.items(), *((path, next(ids)) for path in made.new)]:
            tracks[track_id], audio[track_id] = path, after[path]
        waiting = made.waits if is_last else waiting + made.waits
        if is_last:
            break
    assert waiting == []
    seated = [path for path in tracks.values() if path in after]
    assert sorted(seated) == sorted(after)  # every file is one track
    kept = Counter(after[path] for each, path in tracks.items() if path in after and each < 100
                   and before[sorted(before)[each - 1]] == after[path])  # fmt: skip
    assert kept == Counter(before.values()) & Counter(after.values())


@pytest.mark.parametrize("put", [lambda place: place.mkdir(), lambda place: place.symlink_to("neighbour.wav")])
def test_a_track_in_whose_place_a_folder_or_a_link_is_has_no_file(
    studio: Studio, album: Path, put: Callable[[Path], object]
) -> None:
    (album / "01.wav").unlink()
    put(album / "01.wav")
    run(scan(studio, [album]))
    assert places(studio) == {"one": "missing", "two": "02.wav", "three": "03.wav"}


def test_a_track_goes_with_its_file_when_a_link_is_left_in_its_place(studio: Studio, album: Path) -> None:
    (album / "store").mkdir()
    (album / "01.wav").rename(album / "store" / "01.wav")
    (album / "01.wav").symlink_to("store/01.wav")
    run(scan(studio, [album]))
    (track,) = browse.track_ids(studio, "tag:one")
    assert browse.track(studio, track).file == album / "store" / "01.wav"
