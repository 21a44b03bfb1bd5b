"""Roots: the folders a library reads."""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from tagstudio.domain.tracks import shown_path
from tagstudio.library.schema import RootRow, TrackRow, now


@dataclass(frozen=True, slots=True)
class Root:
    """A folder; ``path`` is absolute, ``display`` is safe to show."""

    id: int
    path: bytes
    display: str

    @property
    def folder(self) -> Path:
        """The folder; bytes that are not valid UTF-8 are surrogate-escaped."""
        return Path(os.fsdecode(self.path))


def add(session: Session, folder: bytes | Path) -> Root:
    """Add a folder, or return the root it already is; relative folders are made absolute."""
    path = os.path.abspath(os.fsencode(folder))  # noqa: PTH100 -- pathlib has no bytes
    row = session.scalar(select(RootRow).where(RootRow.path == path))
    if row is None:
        row = RootRow(path=path, display=shown_path(path), added_at=now())
        session.add(row)
        session.flush()
    return _root(row)


def all_roots(session: Session) -> list[Root]:
    """Return every root, oldest first."""
    return [_root(row) for row in session.scalars(select(RootRow).order_by(RootRow.id))]


def containing(session: Session, path: bytes | Path) -> Root | None:
    """Return the root that is ``path`` or lies above it, the innermost one; None when there is none."""
    wanted = os.path.abspath(os.fsencode(path))  # noqa: PTH100 -- pathlib has no bytes
    above = [root for root in all_roots(session) if wanted == root.path or wanted.startswith(_inside(root.path))]
    return max(above, key=lambda root: len(root.path), default=None)


def move(session: Session, root_id: int, folder: bytes) -> Root:
    """Say that a root is at another place now; its tracks stay as they are."""
    row = session.get_one(RootRow, root_id)
    row.path, row.display = folder, shown_path(folder)
    session.flush()
    return _root(row)


def counts(session: Session) -> dict[int, tuple[int, int]]:
    """Return (tracks, of them missing) by root id; roots without tracks are left out."""
    query = select(TrackRow.root_id, func.count(), func.sum(cast(TrackRow.is_missing, Integer))).group_by(
        TrackRow.root_id
    )
    return {root_id: (n, missing) for root_id, n, missing in session.execute(query)}


def relative(root: Root, path: bytes) -> bytes:
    """Return an absolute path below ``root`` relative to it."""
    return path.removeprefix(_inside(root.path))


def _inside(folder: bytes) -> bytes:
    return folder if folder.endswith(b"/") else folder + b"/"


def _root(row: RootRow) -> Root:
    return Root(row.id, row.path, row.display)
