"""The tables of a library, as typed mappings; rows never leave this package.

The shape of a shipped library changes by a step in ``migrations/versions`` only; a test holds both equal.
"""

from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, LargeBinary, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# "TagS"; any other number at byte 68 means that the file belongs to another program.
APPLICATION_ID = 0x54616753
SCHEMA = 1

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
    added_at: Mapped[str]


class TrackFieldRow(Base):
    """One value of one descriptive field of a track, e.g. its second genre; ``search`` is the value, folded."""

    __tablename__ = "track_field"
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str]
    search: Mapped[str]


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
