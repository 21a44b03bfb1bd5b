"""Which tracks are flagged as missing after a scan: never on a guess, and never many at once without being asked.

A drive that is not connected, a cable that came loose, a share that was mounted empty: all look like a folder from
which many files were deleted. Nothing is ever deleted here, but a flag takes a track out of sight.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tagstudio.domain.tracks import Track, shown_path
from tagstudio.library import roots, tracks
from tagstudio.services.folders import Presence
from tagstudio.services.studio import Studio
from tagstudio.services.tracks_in_step import Tally
from tagstudio.services.walk import Failure

AWAY = "it is empty or not connected any more; its tracks were left as they are"
# So many tracks may vanish from a root between two scans and be believed; of a large part of it, only this few.
MOST_VANISHED, FEW_VANISHED, SHARE_VANISHED = 50, 10, 0.2


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A root of which so many files are gone that its tracks were not flagged."""

    folder: str
    tracks: int

    @property
    def sentence(self) -> str:
        """What happened, for people."""
        return (
            f"{self.tracks:,} tracks of “{self.folder}” are not where they were; that many at once is most often a "
            "drive that is not connected, so they were left as they are."
        )


def is_too_many(vanished: int, of: int) -> bool:
    """Tell whether so many tracks of a root, vanished at once, look more like a missing drive than like tidying up."""
    return vanished > MOST_VANISHED or (vanished > FEW_VANISHED and vanished > SHARE_VANISHED * of)


def flag(
    studio: Studio, suspects: Collection[int], returned: Iterable[int], unread: Iterable[bytes], tally: Tally, *,
    accept: bool,
) -> tuple[HeldBack, ...]:  # fmt: skip
    """Flag the tracks whose files are gone and not found elsewhere, and unflag those that are back.

    ``accept`` flags them however many they are; else the roots of which too many are gone are returned.
    """
    with studio.library.read() as session:
        presence = Presence(unread, [root.path for root in roots.all_roots(session)])
        before = tracks.rows(session, sorted(suspects))
        sizes = tracks.present_by_root(session)
    gone = [each for each in before if not each.is_missing and presence.is_gone(each)]
    away = {each.root for each in before if not presence.is_connected(each.root)}
    counts = Counter(each.root for each in gone)
    held = {root: n for root, n in counts.items() if not accept and is_too_many(n, sizes.get(root, 0))}
    flagged = _flag(studio, [each for each in gone if each.root not in held], returned)
    tally.missing += flagged
    tally.failed += [Failure(shown_path(root), AWAY) for root in sorted(away)]
    return tuple(HeldBack(shown_path(root), n) for root, n in sorted(held.items()))


def _flag(studio: Studio, gone: Iterable[Track], returned: Iterable[int]) -> int:
    believed = {each.id: each.file for each in gone}
    with studio.library.write() as session:
        # Another scan may have found them since.
        still = [each.id for each in tracks.rows(session, list(believed)) if each.file == believed[each.id]]
        tracks.mark_missing(session, still)
        tracks.mark_missing(session, returned, missing=False)
    return len(still)
