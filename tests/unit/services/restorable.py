"""Small libraries with judgements, and what they hold, for tests that lose and restore them."""

from tagstudio.domain.judgements import Judgement, Verdict
from tagstudio.domain.tracks import TrackFacts
from tagstudio.library import exchange, judgements, roots, tags, tracks
from tagstudio.library.backups import back_up
from tagstudio.library.store import open_library
from tagstudio.services import upkeep


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


def start(file):
    """Make a library with one judgement, back it up, and judge two more."""
    with open_library(file) as library:
        fill(library)
        judge(library, 1)
        back_up(file, "by hand")
        judge(library, 2, 3)
