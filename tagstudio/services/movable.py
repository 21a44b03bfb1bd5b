"""Which tracks may turn out to be files that a scan finds elsewhere: those without a file, and those that changed."""

from collections.abc import Iterable, Sequence

from tagstudio.domain.tracks import Track
from tagstudio.library import roots, tracks
from tagstudio.services.folders import Presence
from tagstudio.services.studio import Studio


class Movable:
    """Looks each audio hash up once; a copy of a track that is where it was is of no interest to a scan.

    Parameters
    ----------
    areas : sequence of (root id, path)
        What is scanned: a root, or a folder in it relative to the root (empty for the whole root).
    near : iterable of int
        Tracks in these areas that are not where they were, or whose files changed.
    """

    def __init__(
        self, studio: Studio, areas: Sequence[tuple[int, bytes]], near: Iterable[int], unread: Iterable[bytes]
    ) -> None:
        self._studio, self._areas, self._unread = studio, areas, tuple(unread)
        self._found: dict[str, dict[int, Track]] = {}
        self._hash_of: dict[int, str] = {}
        self._is_gone: dict[int, bool] = {}
        self._asked: set[str] = set()
        with studio.library.read() as session:
            self._known = [root.path for root in roots.all_roots(session)]
            for track in tracks.rows(session, sorted(near)):
                self._remember(track)
        self._near = set(self._hash_of)

    def forget_presence(self) -> None:
        """Look again which files are there: some may have gone since."""
        self._is_gone.clear()

    def owners(self, hashes: Iterable[str]) -> tuple[dict[str, dict[int, bytes]], set[int]]:
        """Return the tracks that may be elsewhere, as {audio hash: {track id: path}}, and which have no file."""
        wanted = set(hashes)
        self._look_outside(wanted - self._asked)
        presence = Presence(self._unread, self._known)
        owners: dict[str, dict[int, bytes]] = {}
        gone: set[int] = set()
        for audio_hash in wanted & self._found.keys():
            for track_id, track in self._found[audio_hash].items():
                if track_id not in self._is_gone:
                    self._is_gone[track_id] = presence.is_gone(track)
                if self._is_gone[track_id]:
                    gone.add(track_id)
                if self._is_gone[track_id] or track_id in self._near:
                    owners.setdefault(audio_hash, {})[track_id] = track.path
        return owners, gone

    def is_as_believed(self, now: Track) -> bool:
        """Tell whether nobody has moved a track since this scan looked."""
        known = self._found.get(now.audio_hash, {}).get(now.id)
        return known is not None and (known.root, known.path) == (now.root, now.path)

    def drop(self, track_ids: Iterable[int]) -> None:
        """Forget tracks that have a file again, or that others have moved."""
        for track_id in track_ids:
            if (audio_hash := self._hash_of.pop(track_id, None)) is not None:
                del self._found[audio_hash][track_id]

    def lose(self, displaced: Iterable[Track]) -> None:
        """Take note of tracks whose place another file took."""
        for track in displaced:
            self.drop([track.id])
            self._remember(track)
            self._is_gone[track.id] = True

    def _look_outside(self, hashes: set[str]) -> None:
        self._asked |= hashes
        if hashes:
            with self._studio.library.read() as session:
                for track in tracks.by_hash(session, *hashes, outside=self._areas):
                    self._remember(track)

    def _remember(self, track: Track) -> None:
        if track.audio_hash:
            self._found.setdefault(track.audio_hash, {})[track.id] = track
            self._hash_of[track.id] = track.audio_hash
