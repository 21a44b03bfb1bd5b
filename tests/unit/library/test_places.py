import pytest

from tagstudio.domain.judgements import Verdict
from tagstudio.library import judgements, places, roots, tracks
from tagstudio.library.places import Seat


def test_every_file_belongs_to_the_innermost_root(library):
    with library.write() as session:
        outer, inner = roots.add(session, b"/music"), roots.add(session, b"/music/jazz")
        files = (b"/music/a.mp3", b"/music/jazz/b\xff.mp3", b"/musical/c.mp3")
        assert places.places(session, files) == {files[0]: (outer.id, b"a.mp3"), files[1]: (inner.id, b"b\xff.mp3")}


@pytest.mark.parametrize("n_files", [1, places.PATHS_AT_ONCE, 2 * places.PATHS_AT_ONCE + 1])
def test_tracks_are_found_at_any_number_of_places(library, n_files, facts):
    with library.write() as session:
        root = roots.add(session, b"/music")
        other = roots.add(session, b"/other")
        track_id = tracks.add(session, root_id=root.id, path=b"0", size=1, mtime_ns=1, facts=facts("h"))
        tracks.add(session, root_id=other.id, path=b"1", size=1, mtime_ns=1)
        wanted = {b"/music/%d" % i: (root.id, b"%d" % i) for i in range(n_files)}
        assert places.seats(session, wanted) == {b"/music/0": Seat(track_id, "h")}


def test_a_place_comes_free_and_its_track_is_flagged_and_still_shown_by_it(filled):
    with filled.write() as session:
        places.vacate(session, [3, 4])
        tracks.add(session, root_id=1, path=b"3.mp3", size=1, mtime_ns=1)
        assert tracks.missing(session) == {3, 4}
        assert [track.display for track in tracks.rows(session, [3, 4])] == ["3.mp3", "4.mp3"]
        tracks.update(session, 3, size=1, mtime_ns=1, path=b"4.mp3")
        assert tracks.missing(session) == {4}


def test_a_root_inside_another_hands_its_tracks_over_whole(filled, verdict, found):
    with filled.write() as session:
        judgements.record(session, [verdict(7)])
        inner = roots.all_roots(session)[0]
        outer = roots.add(session, b"/")
        places.enclose(session, outer, inner)
        assert roots.all_roots(session) == [outer]
        (track,) = tracks.rows(session, [7])
        assert (track.root, track.path, track.display, track.title) == (b"/", b"music/7.mp3", "music/7.mp3", "Title 7")
        assert found(session, "path:music/7") == [7]
        assert found(session, '"title 7"') == [7]
        assert judgements.verdicts(session, 1) == {7: Verdict.YES}
