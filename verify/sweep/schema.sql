-- The store of `copy-average sweep`: one SQLite file, schema version 2 (PRAGMA user_version),
-- PRAGMA application_id 0x434F4156 ("COAV"). Any SQLite tool can read it; start from the view `runs`.
--
-- Matrices of doubles are BLOBs: IEEE 754 binary64, little-endian, row by row. A network has n rows of
-- dim + 1 numbers; row i is (w_i, a_i). Numbers of more than double precision are decimal strings.

-- Where the store was made.
CREATE TABLE origin (
    id TEXT NOT NULL,          -- random, names this store in captions
    created TEXT NOT NULL,     -- UTC, ISO 8601
    version TEXT NOT NULL      -- of copy-average
);

-- The teacher of all runs here; no row where it is the first k unit vectors with outgoing weights 1. (Version 1 had
-- no such table.)
CREATE TABLE teacher (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    document TEXT NOT NULL     -- JSON as --teacher reads it: teacher (k rows of dim numbers), teacher_outgoing (k)
);

-- What determines a run, beside its size and seed.
CREATE TABLE setting (
    id INTEGER PRIMARY KEY,
    activation TEXT NOT NULL,
    init TEXT NOT NULL,
    dps INTEGER NOT NULL,      -- digits of polished points
    grad_tol REAL NOT NULL,    -- infinity norm of the gradient to which flows are integrated
    rtol REAL NOT NULL,        -- relative tolerance of the integrator
    early INTEGER NOT NULL,    -- 1: stop where the loss is convex down to the minimum of Newton's method
    certify INTEGER NOT NULL,  -- 1: ends were proved
    confirm INTEGER NOT NULL,  -- 1: every flow was integrated twice
    UNIQUE (activation, init, dps, grad_tol, rtol, early, certify, confirm)
);

-- The commands that wrote here.
CREATE TABLE invocation (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    started TEXT NOT NULL,     -- UTC, ISO 8601
    command TEXT NOT NULL
);

-- Versions of everything that a run may depend on, as JSON.
CREATE TABLE software (
    id INTEGER PRIMARY KEY,
    versions TEXT NOT NULL UNIQUE
);

-- What the theory predicts: the JSON list `predicted` of the contract.
CREATE TABLE theory (
    activation TEXT NOT NULL,
    n INTEGER NOT NULL,
    k INTEGER NOT NULL,
    dim INTEGER NOT NULL,
    dps INTEGER NOT NULL,
    certified INTEGER NOT NULL, -- 1: which structures are minima was proved where a proof was found
    predicted TEXT NOT NULL,
    PRIMARY KEY (activation, n, k, dim, dps, certified)
);

-- One row for each run.
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    setting INTEGER NOT NULL REFERENCES setting,
    n INTEGER NOT NULL,
    k INTEGER NOT NULL,
    dim INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    parts INTEGER NOT NULL,        -- 1, and 1 more each time the flow was gone on with
    max_steps INTEGER NOT NULL,    -- of its last part
    record TEXT NOT NULL,          -- the run as in the JSON contract of `copy-average verify`
    theta0 BLOB NOT NULL,          -- initial point, n x (dim + 1)
    flow_theta BLOB NOT NULL,      -- last point of the flow, n x (dim + 1)
    step_size REAL NOT NULL,       -- the step that the flow would have tried next
    rejected INTEGER NOT NULL,
    hessians INTEGER NOT NULL,
    theta TEXT NOT NULL,           -- end point to all digits: JSON, rows of decimal strings
    assignment TEXT NOT NULL,      -- JSON: the teachers (from 0) of each student, or null
    course BLOB NOT NULL,          -- 3 x m: time, loss, gradient norm; 0 and 99 times log-spaced from the first
                                   -- step to the last (between steps: linear in the logarithms)
    digest TEXT NOT NULL,          -- SHA-256 over all above but ids: equal runs have equal digests
    flow_seconds REAL NOT NULL,    -- timings; with the rest of the row not part of the digest
    settle_seconds REAL NOT NULL,  -- polishing, matching
    certificate_seconds REAL NOT NULL,
    finished TEXT NOT NULL,        -- UTC, ISO 8601
    invocation INTEGER NOT NULL REFERENCES invocation,
    software INTEGER NOT NULL REFERENCES software,
    UNIQUE (setting, n, k, dim, seed)
);

-- The runs as a table to look at: what is most asked for, out of `record`.
CREATE VIEW runs AS SELECT
    s.activation, s.init, r.n, r.k, r.dim, r.seed,
    r.record ->> 'structure' AS structure,
    r.record -> 'partition' AS partition,
    r.record ->> 'optimal' AS optimal,
    r.record ->> 'converged' AS converged,
    r.record ->> 'loss' AS loss,
    r.record ->> 'grad_inf' AS grad_inf,
    r.record ->> 'distance' AS distance,
    r.record ->> 'runner_up' AS runner_up,
    r.record ->> 'runner_up_distance' AS runner_up_distance,
    r.record ->> 'index' AS "index",
    r.record ->> 'certificate' AS certificate,
    r.record ->> '$.certified.index' AS certified_index,
    r.record ->> '$.certified.lambda_min' AS certified_lambda_min,
    r.record ->> '$.certified.identity' AS certified_identity,
    r.record ->> '$.certified.basin' AS certified_basin,
    r.record ->> 'stop' AS stop,
    r.record ->> 'method' AS method,
    r.record ->> 'flow_grad_inf' AS flow_grad_inf,
    r.record ->> 'flow_time' AS flow_time,
    r.record ->> 'steps' AS steps,
    r.record ->> 'evaluations' AS evaluations,
    r.parts, r.max_steps, r.flow_seconds, r.settle_seconds, r.certificate_seconds, r.finished,
    r.digest, s.dps, s.grad_tol, s.rtol, s.early, s.certify, s.confirm, i.command, w.versions
FROM run AS r
JOIN setting AS s ON s.id = r.setting
JOIN invocation AS i ON i.id = r.invocation
JOIN software AS w ON w.id = r.software;
