"""The first schema: roots, tracks, vocabulary, judgements and heads.

Plain SQL, because a step that was shipped never changes, whatever the mappings become.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE batch (
        id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        made_at TEXT NOT NULL,
        undoes INTEGER,
        CONSTRAINT pk_batch PRIMARY KEY (id),
        CONSTRAINT fk_batch_undoes FOREIGN KEY(undoes) REFERENCES batch (id)
    )
    """,
    "CREATE INDEX ix_batch_undoes ON batch (undoes)",
    """
    CREATE TABLE facet (
        id INTEGER NOT NULL,
        name TEXT NOT NULL,
        is_exclusive BOOLEAN NOT NULL,
        CONSTRAINT pk_facet PRIMARY KEY (id),
        CONSTRAINT uq_facet_name UNIQUE (name)
    )
    """,
    """
    CREATE TABLE root (
        id INTEGER NOT NULL,
        path BLOB NOT NULL,
        display TEXT NOT NULL,
        added_at TEXT NOT NULL,
        CONSTRAINT pk_root PRIMARY KEY (id),
        CONSTRAINT ck_root_path_is_bytes CHECK (typeof(path) = 'blob'),
        CONSTRAINT uq_root_path UNIQUE (path)
    )
    """,
    """
    CREATE TABLE tag (
        id INTEGER NOT NULL,
        facet_id INTEGER NOT NULL,
        name TEXT NOT NULL,
        "key" TEXT NOT NULL,
        search TEXT NOT NULL,
        is_hidden BOOLEAN NOT NULL,
        CONSTRAINT pk_tag PRIMARY KEY (id),
        CONSTRAINT fk_tag_facet_id FOREIGN KEY(facet_id) REFERENCES facet (id),
        CONSTRAINT uq_tag_key UNIQUE ("key")
    )
    """,
    "CREATE INDEX ix_tag_search ON tag (search)",
    """
    CREATE TABLE track (
        id INTEGER NOT NULL,
        root_id INTEGER NOT NULL,
        path BLOB NOT NULL,
        display TEXT NOT NULL,
        path_search TEXT NOT NULL,
        search TEXT NOT NULL,
        title TEXT NOT NULL,
        artist TEXT NOT NULL,
        album TEXT NOT NULL,
        genre TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        audio_hash TEXT NOT NULL,
        duration_s FLOAT NOT NULL,
        codec TEXT NOT NULL,
        rate INTEGER NOT NULL,
        channels INTEGER NOT NULL,
        is_missing BOOLEAN NOT NULL,
        last_error TEXT NOT NULL,
        added_at TEXT NOT NULL,
        CONSTRAINT pk_track PRIMARY KEY (id),
        CONSTRAINT uq_track_root_id_path UNIQUE (root_id, path),
        CONSTRAINT ck_track_path_is_bytes CHECK (typeof(path) = 'blob'),
        CONSTRAINT ck_track_size CHECK (size >= 0),
        CONSTRAINT ck_track_duration CHECK (duration_s BETWEEN 0 AND 1e12),
        CONSTRAINT fk_track_root_id FOREIGN KEY(root_id) REFERENCES root (id)
    )
    """,
    "CREATE INDEX ix_track_audio_hash ON track (audio_hash)",
    """
    CREATE TABLE head (
        id INTEGER NOT NULL,
        tag_id INTEGER NOT NULL,
        model_ids TEXT NOT NULL,
        strategy TEXT NOT NULL,
        blob BLOB NOT NULL,
        sha256 TEXT NOT NULL,
        n_yes INTEGER NOT NULL,
        n_no INTEGER NOT NULL,
        auc FLOAT,
        auc_low FLOAT,
        auc_high FLOAT,
        threshold FLOAT NOT NULL,
        made_at TEXT NOT NULL,
        is_current BOOLEAN NOT NULL,
        CONSTRAINT pk_head PRIMARY KEY (id),
        CONSTRAINT ck_head_auc CHECK (auc = auc AND auc BETWEEN 0 AND 1),
        CONSTRAINT ck_head_interval CHECK (auc_low BETWEEN 0 AND 1 AND auc_high BETWEEN 0 AND 1),
        CONSTRAINT ck_head_threshold CHECK (threshold = threshold AND threshold BETWEEN 0 AND 1),
        CONSTRAINT fk_head_tag_id FOREIGN KEY(tag_id) REFERENCES tag (id)
    )
    """,
    "CREATE INDEX ix_head_tag_id_is_current ON head (tag_id, is_current)",
    """
    CREATE TABLE judgement (
        id INTEGER NOT NULL,
        batch_id INTEGER NOT NULL,
        track_id INTEGER NOT NULL,
        tag_id INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        origin TEXT NOT NULL,
        start_s FLOAT,
        end_s FLOAT,
        made_at TEXT NOT NULL,
        prev_hash TEXT NOT NULL,
        hash TEXT NOT NULL,
        CONSTRAINT pk_judgement PRIMARY KEY (id),
        CONSTRAINT ck_judgement_verdict CHECK (verdict IN ('yes', 'no', 'unsure', 'cleared')),
        CONSTRAINT ck_judgement_segment CHECK ((start_s IS NULL) = (end_s IS NULL)),
        CONSTRAINT ck_judgement_span CHECK (start_s IS NULL OR (start_s >= 0 AND end_s > start_s AND end_s <= 1e12)),
        CONSTRAINT fk_judgement_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id),
        CONSTRAINT fk_judgement_track_id FOREIGN KEY(track_id) REFERENCES track (id),
        CONSTRAINT fk_judgement_tag_id FOREIGN KEY(tag_id) REFERENCES tag (id)
    )
    """,
    "CREATE INDEX ix_judgement_batch_id ON judgement (batch_id)",
    "CREATE INDEX ix_judgement_tag_id_track_id_id ON judgement (tag_id, track_id, id)",
    "CREATE INDEX ix_judgement_track_id ON judgement (track_id)",
    """
    CREATE TABLE model_tag (
        model_id TEXT NOT NULL,
        name TEXT NOT NULL,
        tag_id INTEGER NOT NULL,
        CONSTRAINT pk_model_tag PRIMARY KEY (model_id, name, tag_id),
        CONSTRAINT fk_model_tag_tag_id FOREIGN KEY(tag_id) REFERENCES tag (id)
    )
    """,
    """
    CREATE TABLE track_field (
        track_id INTEGER NOT NULL,
        name TEXT NOT NULL,
        position INTEGER NOT NULL,
        value TEXT NOT NULL,
        search TEXT NOT NULL,
        CONSTRAINT pk_track_field PRIMARY KEY (track_id, name, position),
        CONSTRAINT fk_track_field_track_id FOREIGN KEY(track_id) REFERENCES track (id)
    )
    """,
)

# Judgements and their batches are only ever appended, one link of the chain after the other. Replacing a row is refused
# on its own: SQLite deletes the old one without a DELETE trigger then.
GUARDS = (
    *(
        f"""
    CREATE TRIGGER {table}_is_kept_from_{action.lower()} BEFORE {action} ON {table}
    BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
    """
        for table in ("judgement", "batch")
        for action in ("UPDATE", "DELETE")
    ),
    *(
        f"""
    CREATE TRIGGER {table}_is_kept_from_replace BEFORE INSERT ON {table}
    WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
    """
        for table in ("judgement", "batch")
    ),
    """
    CREATE TRIGGER judgement_follows_the_chain BEFORE INSERT ON judgement
    WHEN NEW.prev_hash IS NOT coalesce((SELECT hash FROM judgement ORDER BY id DESC LIMIT 1), printf('%064d', 0))
    BEGIN SELECT RAISE(ABORT, 'judgement does not follow the chain'); END
    """,
)


def upgrade() -> None:
    """Make every table of schema 1."""
    for statement in (*TABLES, *GUARDS):
        op.get_bind().exec_driver_sql(statement)
