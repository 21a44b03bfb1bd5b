"""The tables of a library, as typed mappings; rows never leave this package.

The shape of a shipped library changes by a step in ``migrations/versions`` only; a test holds both equal.
"""

from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, LargeBinary, MetaData, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# "TagS"; any other number at byte 68 means that the file belongs to another program.
APPLICATION_ID = 0x54616753
SCHEMA = 2

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def now() -> str:
    """Return the time for a new row: UTC, ISO 8601, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Base(DeclarativeBase):
    """What all tables share."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {str: Text(), float: Float(), bytes: LargeBinary()}  # noqa: RUF012 -- SQLAlchemy's form


class RootRow(Base):
    """A folder the library reads; ``path`` is absolute."""

    __tablename__ = "root"
    __table_args__ = (CheckConstraint("typeof(path) = 'blob'", name="path_is_bytes"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[bytes] = mapped_column(unique=True)
    display: Mapped[str]
    added_at: Mapped[str]


class TrackRow(Base):
    """An audio file; ``path`` is relative to its root, ``search`` holds all its texts, folded, one a line."""

    __tablename__ = "track"
    __table_args__ = (
        UniqueConstraint("root_id", "path"),
        Index(None, "audio_hash"),
        # Each of these is all that a search reads, instead of the wide rows; see ``search/sql_face.py``.
        Index(None, "path_search"),
        Index(
            "ix_track_measures",
            "duration_s",
            "codec",
            "rate",
            "channels",
            "size",
            "is_missing",
            "last_error",
            "added_at",
        ),
        CheckConstraint("typeof(path) = 'blob'", name="path_is_bytes"),
        CheckConstraint("size >= 0", name="size"),
        # NaN arrives as NULL, which NOT NULL refuses; infinity is refused here.
        CheckConstraint("duration_s BETWEEN 0 AND 1e12", name="duration"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("root.id"))
    path: Mapped[bytes]
    display: Mapped[str]
    path_search: Mapped[str]
    search: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    artist: Mapped[str] = mapped_column(default="")
    album: Mapped[str] = mapped_column(default="")
    genre: Mapped[str] = mapped_column(default="")
    size: Mapped[int]
    mtime_ns: Mapped[int]
    audio_hash: Mapped[str] = mapped_column(default="")
    duration_s: Mapped[float] = mapped_column(default=0.0)
    codec: Mapped[str] = mapped_column(default="")
    rate: Mapped[int] = mapped_column(default=0)
    channels: Mapped[int] = mapped_column(default=0)
    is_missing: Mapped[bool] = mapped_column(default=False)
    last_error: Mapped[str] = mapped_column(default="")
    # How many readers died of this file since it last changed; see ``services/scan.py``.
    deaths: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    added_at: Mapped[str]


class TrackFieldRow(Base):
    """One value of one descriptive field of a track, e.g. its second genre.

    ``search`` is the value, folded; ``number`` is what it begins with, if that is a number.
    """

    __tablename__ = "track_field"
    __table_args__ = (
        Index(None, "name", "search", "track_id"),
        Index("ix_track_field_number", "name", "number", "track_id", sqlite_where=text("number IS NOT NULL")),
    )
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str]
    search: Mapped[str]
    number: Mapped[float | None]


class FacetRow(Base):
    """A kind of tag."""

    __tablename__ = "facet"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    is_exclusive: Mapped[bool] = mapped_column(default=False)


class TagRow(Base):
    """A word of the vocabulary; spellings that differ in case only share ``key``."""

    __tablename__ = "tag"
    id: Mapped[int] = mapped_column(primary_key=True)
    facet_id: Mapped[int] = mapped_column(ForeignKey("facet.id"))
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    search: Mapped[str] = mapped_column(index=True)
    is_hidden: Mapped[bool] = mapped_column(default=False)


class TagAliasRow(Base):
    """Another spelling of a tag, in files or in other programs; ``key`` is what spellings of one word share."""

    __tablename__ = "tag_alias"
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), index=True)


class ModelTagRow(Base):
    """A model's word that counts for a tag; many to many."""

    __tablename__ = "model_tag"
    model_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), primary_key=True)


class BatchRow(Base):
    """Judgements made in one action; append-only. ``undoes`` names the batch it takes back, if any."""

    __tablename__ = "batch"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    text: Mapped[str]
    made_at: Mapped[str]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("batch.id"), index=True)


class JudgementRow(Base):
    """A verdict; append-only, each row's ``hash`` covers the one before it."""

    __tablename__ = "judgement"
    __table_args__ = (
        Index(None, "tag_id", "track_id", "id"),
        Index(None, "track_id"),
        Index(None, "batch_id"),
        CheckConstraint("verdict IN ('yes', 'no', 'unsure', 'cleared')", name="verdict"),
        CheckConstraint("(start_s IS NULL) = (end_s IS NULL)", name="segment"),
        CheckConstraint("start_s IS NULL OR (start_s >= 0 AND end_s > start_s AND end_s <= 1e12)", name="span"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"))
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"))
    verdict: Mapped[str]
    origin: Mapped[str]
    start_s: Mapped[float | None]
    end_s: Mapped[float | None]
    made_at: Mapped[str]
    prev_hash: Mapped[str]
    hash: Mapped[str]


class StandingRow(Base):
    """The verdict that holds for a track and a tag; kept by triggers, and always what ``judgement`` says.

    Cleared verdicts and those on segments have no row.
    """

    __tablename__ = "standing"
    __table_args__ = (Index(None, "track_id"), Index(None, "made_at"), {"sqlite_with_rowid": False})
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), primary_key=True)
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"), primary_key=True)
    verdict: Mapped[str]
    origin: Mapped[str]
    made_at: Mapped[str]
    judgement_id: Mapped[int] = mapped_column(ForeignKey("judgement.id"))


class HeadRow(Base):
    """A head of a tag: safetensors bytes, what it learned from, and how good it is."""

    __tablename__ = "head"
    __table_args__ = (
        Index(None, "tag_id", "is_current"),
        CheckConstraint("auc = auc AND auc BETWEEN 0 AND 1", name="auc"),
        CheckConstraint("auc_low BETWEEN 0 AND 1 AND auc_high BETWEEN 0 AND 1", name="interval"),
        CheckConstraint("threshold = threshold AND threshold BETWEEN 0 AND 1", name="threshold"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"))
    model_ids: Mapped[str]
    strategy: Mapped[str]
    blob: Mapped[bytes]
    sha256: Mapped[str]
    n_yes: Mapped[int]
    n_no: Mapped[int]
    auc: Mapped[float | None]
    auc_low: Mapped[float | None]
    auc_high: Mapped[float | None]
    threshold: Mapped[float]
    made_at: Mapped[str]
    is_current: Mapped[bool]


class SavedSearchRow(Base):
    """A search under a name; names that differ in case only share ``key``."""

    __tablename__ = "saved_search"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    query: Mapped[str]
    position: Mapped[int]
    made_at: Mapped[str]


class WriteRunRow(Base):
    """One time that tags were written into files, or files were restored; ``options`` is JSON."""

    __tablename__ = "write_run"
    __table_args__ = (CheckConstraint("kind IN ('write', 'restore')", name="kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    text: Mapped[str]
    options: Mapped[str] = mapped_column(default="", server_default="")
    made_at: Mapped[str]
    finished_at: Mapped[str | None]


class WriteEntryRow(Base):
    """One file of a run: on the disk before the file is touched, with all that brings the old file back.

    ``patch`` makes the old file out of the new one; ``path`` is absolute; fields are JSON.
    """

    __tablename__ = "write_entry"
    __table_args__ = (
        Index(None, "run_id"),
        Index(None, "track_id"),
        CheckConstraint("typeof(path) = 'blob'", name="path_is_bytes"),
        CheckConstraint("state IN ('intended', 'done', 'not done', 'refused', 'restored')", name="state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("write_run.id"))
    track_id: Mapped[int | None] = mapped_column(ForeignKey("track.id"))
    path: Mapped[bytes]
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    old_sha256: Mapped[str]
    new_sha256: Mapped[str]
    old_size: Mapped[int]
    old_mtime_ns: Mapped[int]
    audio_hash: Mapped[str]
    patch: Mapped[bytes | None]
    fields_before: Mapped[str]
    fields_after: Mapped[str]
    made_at: Mapped[str]


class InfoRow(Base):
    """What the library knows of itself.

    ``id`` names it among its copies and exports; ``tracks`` counts the changes of ``track``, kept by triggers.
    """

    __tablename__ = "info"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class SealRow(Base):
    """A digest of neighbouring rows of one table; see ``seals.py``."""

    __tablename__ = "seal"
    __table_args__ = ({"sqlite_with_rowid": False},)
    name: Mapped[str] = mapped_column(primary_key=True)
    block: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]
