"""Full-text search, what holds as a table of its own, aliases, saved searches, and the journal of written files.

Plain SQL, because a step that was shipped never changes, whatever the mappings become.
"""

import hashlib
import json
import re
import uuid
from itertools import groupby
from operator import itemgetter

from alembic import op
from sqlalchemy import Connection

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "ALTER TABLE track ADD COLUMN deaths INTEGER DEFAULT 0 NOT NULL",
    "ALTER TABLE track_field ADD COLUMN number FLOAT",
    "CREATE INDEX ix_track_path_search ON track (path_search)",
    """
    CREATE INDEX ix_track_measures ON track
    (duration_s, codec, rate, channels, size, is_missing, last_error, added_at)
    """,
    "CREATE INDEX ix_track_field_name_search_track_id ON track_field (name, search, track_id)",
    "CREATE INDEX ix_track_field_number ON track_field (name, number, track_id) WHERE number IS NOT NULL",
    """
    CREATE TABLE tag_alias (
        "key" TEXT NOT NULL,
        name TEXT NOT NULL,
        tag_id INTEGER NOT NULL,
        CONSTRAINT pk_tag_alias PRIMARY KEY ("key"),
        CONSTRAINT fk_tag_alias_tag_id FOREIGN KEY(tag_id) REFERENCES tag (id)
    )
    """,
    "CREATE INDEX ix_tag_alias_tag_id ON tag_alias (tag_id)",
    """
    CREATE TABLE standing (
        tag_id INTEGER NOT NULL,
        track_id INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        origin TEXT NOT NULL,
        made_at TEXT NOT NULL,
        judgement_id INTEGER NOT NULL,
        CONSTRAINT pk_standing PRIMARY KEY (tag_id, track_id),
        CONSTRAINT fk_standing_tag_id FOREIGN KEY(tag_id) REFERENCES tag (id),
        CONSTRAINT fk_standing_track_id FOREIGN KEY(track_id) REFERENCES track (id),
        CONSTRAINT fk_standing_judgement_id FOREIGN KEY(judgement_id) REFERENCES judgement (id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX ix_standing_track_id ON standing (track_id)",
    "CREATE INDEX ix_standing_made_at ON standing (made_at)",
    """
    CREATE TABLE saved_search (
        id INTEGER NOT NULL,
        name TEXT NOT NULL,
        "key" TEXT NOT NULL,
        "query" TEXT NOT NULL,
        position INTEGER NOT NULL,
        made_at TEXT NOT NULL,
        CONSTRAINT pk_saved_search PRIMARY KEY (id),
        CONSTRAINT uq_saved_search_key UNIQUE ("key")
    )
    """,
    """
    CREATE TABLE write_run (
        id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        options TEXT DEFAULT '' NOT NULL,
        made_at TEXT NOT NULL,
        finished_at TEXT,
        CONSTRAINT pk_write_run PRIMARY KEY (id),
        CONSTRAINT ck_write_run_kind CHECK (kind IN ('write', 'restore'))
    )
    """,
    """
    CREATE TABLE write_entry (
        id INTEGER NOT NULL,
        run_id INTEGER NOT NULL,
        track_id INTEGER,
        path BLOB NOT NULL,
        state TEXT NOT NULL,
        reason TEXT NOT NULL,
        old_sha256 TEXT NOT NULL,
        new_sha256 TEXT NOT NULL,
        old_size INTEGER NOT NULL,
        old_mtime_ns INTEGER NOT NULL,
        audio_hash TEXT NOT NULL,
        patch BLOB,
        fields_before TEXT NOT NULL,
        fields_after TEXT NOT NULL,
        made_at TEXT NOT NULL,
        CONSTRAINT pk_write_entry PRIMARY KEY (id),
        CONSTRAINT ck_write_entry_path_is_bytes CHECK (typeof(path) = 'blob'),
        CONSTRAINT ck_write_entry_state CHECK (state IN ('intended', 'done', 'not done', 'refused', 'restored')),
        CONSTRAINT fk_write_entry_run_id FOREIGN KEY(run_id) REFERENCES write_run (id),
        CONSTRAINT fk_write_entry_track_id FOREIGN KEY(track_id) REFERENCES track (id)
    )
    """,
    "CREATE INDEX ix_write_entry_run_id ON write_entry (run_id)",
    "CREATE INDEX ix_write_entry_track_id ON write_entry (track_id)",
    """
    CREATE TABLE info (
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        CONSTRAINT pk_info PRIMARY KEY (name)
    )
    """,
    """
    CREATE TABLE seal (
        name TEXT NOT NULL,
        block INTEGER NOT NULL,
        digest TEXT NOT NULL,
        CONSTRAINT pk_seal PRIMARY KEY (name, block)
    ) WITHOUT ROWID
    """,
)

# All texts of a track are folded already, so the index folds nothing: what it finds is what ``instr`` finds.
# ``library/track_texts.py`` keeps it: triggers may not, the schema of a file from elsewhere is not trusted.
TEXTS = (
    """
    CREATE VIRTUAL TABLE track_text USING fts5(
        search, content = 'track', content_rowid = 'id', tokenize = 'trigram case_sensitive 1'
    )
    """,
    "INSERT INTO track_text (track_text) VALUES ('rebuild')",
)

STANDING = (
    """
    INSERT INTO standing (tag_id, track_id, verdict, origin, made_at, judgement_id)
    SELECT tag_id, track_id, verdict, origin, made_at, id FROM judgement
    WHERE verdict != 'cleared' AND id IN (
        SELECT max(id) FROM judgement WHERE start_s IS NULL GROUP BY tag_id, track_id
    )
    """,
    """
    CREATE TRIGGER judgement_stands AFTER INSERT ON judgement
    WHEN NEW.start_s IS NULL AND NEW.verdict != 'cleared'
    BEGIN
        INSERT INTO standing (tag_id, track_id, verdict, origin, made_at, judgement_id)
        VALUES (NEW.tag_id, NEW.track_id, NEW.verdict, NEW.origin, NEW.made_at, NEW.id)
        ON CONFLICT (tag_id, track_id) DO UPDATE SET
            verdict = excluded.verdict, origin = excluded.origin, made_at = excluded.made_at,
            judgement_id = excluded.judgement_id;
    END
    """,
    """
    CREATE TRIGGER judgement_clears AFTER INSERT ON judgement
    WHEN NEW.start_s IS NULL AND NEW.verdict = 'cleared'
    BEGIN DELETE FROM standing WHERE tag_id = NEW.tag_id AND track_id = NEW.track_id; END
    """,
)


# Whoever keeps something of all tracks in memory can tell at once that it is out of date.
CHANGES = tuple(
    f"""
    CREATE TRIGGER track_{event.lower()}s_count AFTER {event} ON track
    BEGIN UPDATE info SET value = value + 1 WHERE name = 'tracks'; END
    """
    for event in ("INSERT", "UPDATE", "DELETE")
)


def upgrade() -> None:
    """Make the tables of schema 2 and fill those that follow from what is there."""
    connection = op.get_bind()
    for statement in (*TABLES, *TEXTS, *STANDING, *CHANGES):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT INTO info (name, value) VALUES ('id', ?), ('tracks', '0')", (str(uuid.uuid4()),))
    fields = connection.exec_driver_sql("SELECT track_id, name, position, value FROM track_field").fetchall()
    numbers = [(number, *key) for *key, value in fields if (number := _number(value)) is not None]
    if numbers:
        connection.exec_driver_sql(
            "UPDATE track_field SET number = ? WHERE track_id = ? AND name = ? AND position = ?", numbers
        )
    _seal(connection)


# As ``texts.leading_number`` was when this step was shipped.
def _number(value: str) -> float | None:
    found = re.match(r"\s*([0-9]{1,15}(?:\.[0-9]{1,15})?)", value, re.ASCII)
    return float(found[1]) if found else None


# As ``seals.seal_all`` was when this step was shipped, for the tables that can hold rows: columns, order, shift.
SEALED = {
    "root": ("id, hex(path), added_at", "id", 8),
    "track": ("id, root_id, hex(path), audio_hash, added_at", "id", 8),
    "facet": ("id, name, is_exclusive", "id", 8),
    "tag": ('id, facet_id, name, "key", search, is_hidden', "id", 6),
    "model_tag": ("model_id, name, tag_id", "model_id, name, tag_id", None),
    "batch": ("id, kind, text, made_at, undoes", "id", 8),
    "head": (
        "id, tag_id, model_ids, strategy, sha256, n_yes, n_no, auc, auc_low, auc_high, threshold, made_at, is_current",
        "id",
        6,
    ),
    "info": ("name, value", "name", None),
}


def _seal(connection: Connection) -> None:
    seals = []
    for table, (columns, order, shift) in SEALED.items():
        found = connection.exec_driver_sql(f"SELECT {columns} FROM {table} ORDER BY {order}")
        rows = [(-1 if shift is None else row[0] >> shift, tuple(row)) for row in found]
        for block, some in groupby(rows, key=itemgetter(0)):
            text = json.dumps([row for _, row in some])
            seals.append((table, block, hashlib.sha256(text.encode()).hexdigest()))
    last = connection.exec_driver_sql("SELECT id, hash FROM judgement ORDER BY id DESC LIMIT 1").first()
    if last:
        seals.append(("judgement", -1, f"{last[0]} {last[1]}"))
    connection.exec_driver_sql("INSERT INTO seal (name, block, digest) VALUES (?, ?, ?)", seals)
