-- The schema of a trail, version 2. Read it as documentation: users query the views.
-- Times are milliseconds since the epoch (UTC). JSON columns hold entities as the codec
-- writes them. Numbers that SQL can't say have a code: 0 finite, 1 NaN, 2 +inf, 3 -inf.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value
) WITHOUT ROWID;

INSERT INTO meta VALUES ('data_version', 0);

-- One row per process that writes; its heartbeat says whether its runs are alive.
CREATE TABLE owners (
    token         TEXT PRIMARY KEY,
    host          TEXT NOT NULL,
    boot          TEXT NOT NULL,
    pid           INTEGER NOT NULL,
    process_start TEXT NOT NULL,
    heartbeat_ms  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE experiments (
    experiment_id INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    main_metric   TEXT NOT NULL DEFAULT '',
    direction     TEXT CHECK (direction IN ('max', 'min'))
);

CREATE TABLE sessions (
    session_id TEXT PRIMARY KEY,
    owner      TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    ended_ms   INTEGER,
    notebook   TEXT NOT NULL,
    cwd        TEXT NOT NULL,
    python     TEXT NOT NULL,
    executable TEXT NOT NULL,
    host       TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE cells (
    session_id      TEXT NOT NULL,
    seq             INTEGER NOT NULL,
    cell_id         TEXT NOT NULL,
    execution_count INTEGER NOT NULL,
    source          TEXT NOT NULL,
    code            TEXT NOT NULL,
    started_ms      INTEGER NOT NULL,
    ended_ms        INTEGER NOT NULL,
    status          TEXT NOT NULL,
    error           TEXT NOT NULL,
    statements      TEXT NOT NULL,
    output          TEXT NOT NULL DEFAULT '',
    UNIQUE (session_id, seq)
);

-- Files that recorded cells wrote: who reads one of them later depends on that cell.
CREATE TABLE written_files (
    path       TEXT NOT NULL,
    content    TEXT NOT NULL,
    session_id TEXT NOT NULL,
    seq        INTEGER NOT NULL,
    statement  INTEGER NOT NULL,
    PRIMARY KEY (path, content, session_id, seq, statement)
) WITHOUT ROWID;

-- Sources of the project's own modules, as they were imported or reloaded.
CREATE TABLE sources (
    sha256 TEXT PRIMARY KEY,
    body   TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE module_loads (
    session_id TEXT NOT NULL,
    cell_seq   INTEGER NOT NULL,
    name       TEXT NOT NULL,
    path       TEXT NOT NULL,
    sha256     TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (session_id, cell_seq, name)
) WITHOUT ROWID;

CREATE TABLE episodes (
    episode_id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    cell_seq   INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    body       TEXT NOT NULL
);
CREATE INDEX episodes_by_session ON episodes (session_id, episode_id);

CREATE TABLE environments (
    digest         TEXT PRIMARY KEY,
    python         TEXT NOT NULL,
    implementation TEXT NOT NULL,
    platform       TEXT NOT NULL,
    machine        TEXT NOT NULL,
    executable     TEXT NOT NULL,
    packages       TEXT NOT NULL
);

CREATE TABLE runs (
    id            INTEGER PRIMARY KEY,
    run_id        TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    experiment_id INTEGER NOT NULL REFERENCES experiments,
    status        TEXT NOT NULL CHECK (status IN ('RUNNING', 'FINISHED', 'FAILED', 'KILLED')),
    reason        TEXT NOT NULL,
    started_ms    INTEGER NOT NULL,
    ended_ms      INTEGER,
    deleted       INTEGER NOT NULL DEFAULT 0,  -- 1 in the trash
    parent_run_id TEXT,
    source        TEXT NOT NULL,
    session_id    TEXT NOT NULL,
    first_cell    INTEGER NOT NULL,
    last_cell     INTEGER NOT NULL,
    user          TEXT NOT NULL,
    note          TEXT NOT NULL,
    owner         TEXT NOT NULL,
    commit_id     TEXT,
    branch        TEXT,
    dirty         INTEGER,
    changed       TEXT,
    remote        TEXT,
    environment   TEXT REFERENCES environments,
    snapshot      TEXT NOT NULL DEFAULT '',
    left_out      TEXT NOT NULL DEFAULT '[]',
    start_state   TEXT,
    resources     TEXT,
    deleted_ms    INTEGER
);
CREATE INDEX runs_by_start ON runs (started_ms, id);
CREATE INDEX runs_by_name ON runs (name);
CREATE INDEX runs_by_parent ON runs (parent_run_id) WHERE parent_run_id IS NOT NULL;
CREATE INDEX runs_running ON runs (owner) WHERE status = 'RUNNING';

-- A resumed run has one row for each session in which it was open.
CREATE TABLE run_spans (
    run        INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    session_id TEXT NOT NULL,
    first_cell INTEGER NOT NULL,
    last_cell  INTEGER NOT NULL,
    PRIMARY KEY (run, session_id, first_cell)
) WITHOUT ROWID;

-- Append-only: what was changed after it had been logged.
CREATE TABLE amendments (
    id     INTEGER PRIMARY KEY,
    run    INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    kind   TEXT NOT NULL CHECK (kind IN ('param', 'metric')),
    key    TEXT NOT NULL,
    before TEXT NOT NULL,
    after  TEXT NOT NULL,
    at_ms  INTEGER NOT NULL,
    user   TEXT NOT NULL,
    UNIQUE (run, kind, key, before, after, at_ms)
);
CREATE TRIGGER amendments_fixed BEFORE UPDATE ON amendments
BEGIN SELECT RAISE(ABORT, 'the history of changes is append-only'); END;

CREATE TABLE params (
    run        INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    key        TEXT NOT NULL,
    value      TEXT NOT NULL,
    origin     TEXT NOT NULL,
    is_default INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    PRIMARY KEY (run, key)
) WITHOUT ROWID;

CREATE TABLE metrics (
    metric_id  INTEGER PRIMARY KEY,
    run        INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    key        TEXT NOT NULL,
    last       REAL,
    last_code  INTEGER NOT NULL DEFAULT 1,
    minimum    REAL,            -- NULL while every value was NaN
    maximum    REAL,
    count      INTEGER NOT NULL DEFAULT 0,
    last_step  INTEGER NOT NULL DEFAULT 0,
    last_ms    INTEGER NOT NULL DEFAULT 0,
    last_seq   INTEGER NOT NULL DEFAULT -1,
    origin     TEXT NOT NULL DEFAULT 'logged',
    role       TEXT NOT NULL DEFAULT '',
    link       TEXT NOT NULL DEFAULT '',
    cell_seq   INTEGER NOT NULL DEFAULT -1,
    statement  INTEGER NOT NULL DEFAULT -1,
    expression TEXT NOT NULL DEFAULT '',
    tail       INTEGER NOT NULL DEFAULT 0,   -- points that are rows, not yet in a chunk
    packed_seq INTEGER NOT NULL DEFAULT -1,  -- the last one in a chunk
    UNIQUE (run, key)
);
CREATE INDEX metrics_by_key ON metrics (key, last, run);

-- seq grows with time within a process and is unique: a point sent twice is stored once.
CREATE TABLE metric_points (
    metric_id    INTEGER NOT NULL REFERENCES metrics ON DELETE CASCADE,
    seq          INTEGER NOT NULL,
    step         INTEGER NOT NULL,
    timestamp_ms INTEGER NOT NULL,
    value        REAL,
    code         INTEGER NOT NULL,
    PRIMARY KEY (metric_id, seq)
) WITHOUT ROWID;

-- Columns of up to 4,096 older points; store/chunks.py has the format. `nbtrail store sql`
-- reads both tables as rows through the view metric_history.
CREATE TABLE metric_chunks (
    metric_id INTEGER NOT NULL REFERENCES metrics ON DELETE CASCADE,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    count     INTEGER NOT NULL,
    step      INTEGER NOT NULL,
    stride    INTEGER NOT NULL,
    steps     BLOB NOT NULL,   -- int64; empty when they are regular
    base_ms   INTEGER NOT NULL,
    times     BLOB NOT NULL,   -- uint32 or int64 after base_ms
    vals      BLOB NOT NULL,   -- float64
    seqs      BLOB NOT NULL,   -- zlib of uint64 gaps
    PRIMARY KEY (metric_id, first_seq)
);

CREATE TABLE tags (
    run   INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, key)
) WITHOUT ROWID;

CREATE TABLE marks (
    run      INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    position INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (run, position)
) WITHOUT ROWID;

CREATE TABLE datasets (
    dataset_id INTEGER PRIMARY KEY,
    content    TEXT NOT NULL,
    schema     TEXT NOT NULL,
    coverage   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    rows       INTEGER NOT NULL,
    columns    TEXT NOT NULL,
    shape      TEXT NOT NULL DEFAULT '[]',
    profile    TEXT
);
-- The same digest may be described with or without its columns.
CREATE INDEX datasets_by_content ON datasets (content, schema);

CREATE TABLE dataset_uses (
    use_id     INTEGER PRIMARY KEY,
    run        INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    dataset_id INTEGER NOT NULL REFERENCES datasets,
    name       TEXT NOT NULL,
    context    TEXT NOT NULL,
    seen       TEXT NOT NULL,
    source     TEXT NOT NULL,
    version    TEXT NOT NULL DEFAULT '',
    query      TEXT NOT NULL DEFAULT '',
    shared     INTEGER NOT NULL DEFAULT -1,  -- rows that the model was fitted on; -1 unknown
    UNIQUE (run, dataset_id, name, context, seen, source)
);

CREATE TABLE artifacts (
    run        INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    path       TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    size       INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    PRIMARY KEY (run, path)
) WITHOUT ROWID;

CREATE TABLE models (
    id         INTEGER PRIMARY KEY,
    model_id   TEXT NOT NULL UNIQUE,
    run        INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    name       TEXT NOT NULL,
    class_name TEXT NOT NULL,
    digest     TEXT NOT NULL,
    flavor     TEXT NOT NULL,
    path       TEXT NOT NULL,
    status     TEXT NOT NULL,
    problem    TEXT NOT NULL,
    signature  TEXT,
    variable   TEXT NOT NULL
);
CREATE INDEX models_by_run ON models (run);

CREATE TABLE registered_models (
    name        TEXT PRIMARY KEY,
    created_ms  INTEGER NOT NULL,
    description TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

CREATE TABLE model_versions (
    name         TEXT NOT NULL REFERENCES registered_models,
    version      INTEGER NOT NULL,
    run_id       TEXT NOT NULL,
    model_id     TEXT NOT NULL,
    created_ms   INTEGER NOT NULL,
    user         TEXT NOT NULL,
    comment      TEXT NOT NULL,
    metric       TEXT NOT NULL,
    metric_value REAL,
    metric_code  INTEGER,       -- NULL when there is no value
    origin       TEXT NOT NULL DEFAULT '',  -- name/number where it was merged from
    gates        TEXT NOT NULL DEFAULT '[]',  -- what they said when it was last promoted
    PRIMARY KEY (name, version),
    UNIQUE (name, model_id)
) WITHOUT ROWID;

CREATE TABLE model_tags (
    name    TEXT NOT NULL REFERENCES registered_models,
    version INTEGER NOT NULL,  -- 0 for a tag of the model as a whole
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (name, version, key)
) WITHOUT ROWID;

CREATE TABLE aliases (
    name    TEXT NOT NULL,
    alias   TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (name, alias),
    FOREIGN KEY (name, version) REFERENCES model_versions (name, version)
) WITHOUT ROWID;

-- Append-only: who moved what, when and why.
CREATE TABLE alias_moves (
    id           INTEGER PRIMARY KEY,
    move_id      TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    alias        TEXT NOT NULL,
    from_version INTEGER,
    to_version   INTEGER,
    moved_ms     INTEGER NOT NULL,
    user         TEXT NOT NULL,
    reason       TEXT NOT NULL,
    forced       INTEGER NOT NULL,
    gates        TEXT NOT NULL DEFAULT '[]'
);
CREATE TRIGGER alias_moves_fixed BEFORE UPDATE ON alias_moves
BEGIN SELECT RAISE(ABORT, 'the history of aliases is append-only'); END;
CREATE TRIGGER alias_moves_kept BEFORE DELETE ON alias_moves
BEGIN SELECT RAISE(ABORT, 'the history of aliases is append-only'); END;

CREATE TABLE exports (
    id         INTEGER PRIMARY KEY,
    run        INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    folder     TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    manifest   TEXT NOT NULL,
    UNIQUE (run, folder, manifest)
);

-- ------------------------------------------------------------------ views for users

CREATE VIEW run_list AS
SELECT r.run_id, r.name, e.name AS experiment, r.status, r.reason,
       r.started_ms, r.ended_ms, (r.ended_ms - r.started_ms) / 1000.0 AS seconds,
       CASE r.deleted WHEN 0 THEN 'active' ELSE 'deleted' END AS lifecycle,
       r.parent_run_id, r.source, r.user, r.note,
       r.commit_id, r.branch, r.dirty, r.environment
FROM runs r JOIN experiments e USING (experiment_id);

CREATE VIEW run_params AS
SELECT r.run_id, r.name, p.key, p.value, p.origin, p.is_default
FROM params p JOIN runs r ON r.id = p.run;

CREATE VIEW run_metrics AS
SELECT r.run_id, r.name, m.key, m.last, m.minimum, m.maximum, m.count, m.last_step, m.last_ms,
       CASE m.last_code WHEN 0 THEN 'finite' WHEN 1 THEN 'NaN'
                        WHEN 2 THEN 'Infinity' WHEN 3 THEN '-Infinity'
                        ELSE 'finite' END AS last_kind,
       m.origin, m.role, m.link
FROM metrics m JOIN runs r ON r.id = m.run;

CREATE VIEW run_tags AS
SELECT r.run_id, r.name, t.key, t.value FROM tags t JOIN runs r ON r.id = t.run;

CREATE VIEW run_marks AS
SELECT r.run_id, r.name, m.kind, m.reason FROM marks m JOIN runs r ON r.id = m.run;

CREATE VIEW run_amendments AS
SELECT r.run_id, r.name, a.kind, a.key, a.before, a.after, a.at_ms, a.user
FROM amendments a JOIN runs r ON r.id = a.run;

CREATE VIEW run_datasets AS
SELECT r.run_id, r.name AS run_name, u.name, u.context, u.seen, u.source, u.version, u.query,
       d.content, d.schema, d.coverage, d.kind, d.rows, u.shared
FROM dataset_uses u JOIN runs r ON r.id = u.run JOIN datasets d USING (dataset_id);

CREATE VIEW run_models AS
SELECT r.run_id, r.name AS run_name, m.model_id, m.name, m.class_name, m.digest,
       m.flavor, m.path, m.status, m.problem
FROM models m JOIN runs r ON r.id = m.run;

CREATE VIEW registry AS
SELECT v.name, v.version, v.run_id, v.model_id, v.created_ms, v.user, v.comment,
       v.metric, v.metric_value, v.origin, v.gates,
       (SELECT group_concat(a.alias, ', ') FROM aliases a
        WHERE a.name = v.name AND a.version = v.version) AS aliases
FROM model_versions v;
