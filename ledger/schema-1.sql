-- The index of a wayseal ledger, version 1. Everything but `preimage` and `anchor` can be made anew from the
-- published log (`LedgerMaintenance.rebuild`).

-- The entries, in the order of the log. `bytes` is what is hashed; the other columns are read from it.
CREATE TABLE entry(
    idx     INTEGER PRIMARY KEY CHECK (idx >= 0),
    bytes   BLOB NOT NULL CHECK (length(bytes) BETWEEN 1 AND 65535),
    leaf    BLOB NOT NULL CHECK (length(leaf) = 32),
    kind    TEXT NOT NULL,
    subject INTEGER NOT NULL CHECK (subject BETWEEN 0 AND idx), -- the first entry about the same thing
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_subject ON entry(subject, idx) WHERE subject <> idx;
CREATE INDEX entry_status ON entry(kind, idx) WHERE kind IN ('revoke', 'suspend', 'restore');

-- Hashes over full tiles: what tile level 1 and above hold.
CREATE TABLE node(
    level INTEGER NOT NULL CHECK (level >= 1),
    idx   INTEGER NOT NULL CHECK (idx >= 0),
    hash  BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

-- Every checkpoint that was signed.
CREATE TABLE build(
    size        INTEGER PRIMARY KEY CHECK (size >= 0),
    checkpoint  BLOB NOT NULL,  -- the signed note
    manifest_h1 TEXT,           -- digest of what the build wrote, as Go's h1:
    at          INTEGER NOT NULL
) STRICT;

-- PRIVATE: what the commitments of an entry hide. Deleting a row is the erasure of personal data; a row without a salt
-- is a note to ourselves (the author) that no entry commits to.
CREATE TABLE preimage(
    idx   INTEGER NOT NULL REFERENCES entry(idx),
    field TEXT NOT NULL,
    salt  BLOB CHECK (salt IS NULL OR length(salt) = 16),
    value TEXT NOT NULL,
    PRIMARY KEY (idx, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX preimage_slug ON preimage(value, idx) WHERE field = 'slug';

-- Where checkpoints were anchored. Its state changes until the block is final.
CREATE TABLE anchor(
    size     INTEGER NOT NULL REFERENCES build(size),
    chain    INTEGER NOT NULL,
    contract TEXT NOT NULL,
    tx       TEXT NOT NULL,
    block    INTEGER,
    state    TEXT NOT NULL CHECK (state IN ('sent', 'mined', 'final', 'dropped')),
    bundle   BLOB,
    PRIMARY KEY (size, chain, contract, tx)
) STRICT;

CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never changed'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never deleted'); END;
CREATE TRIGGER entry_in_order BEFORE INSERT ON entry
WHEN NEW.idx IS NOT (SELECT coalesce(max(idx) + 1, 0) FROM entry)
BEGIN SELECT RAISE(ABORT, 'entries of the ledger are only appended'); END;
CREATE TRIGGER node_no_update BEFORE UPDATE ON node
BEGIN SELECT RAISE(ABORT, 'hashes of the ledger are never changed'); END;
CREATE TRIGGER node_no_delete BEFORE DELETE ON node
BEGIN SELECT RAISE(ABORT, 'hashes of the ledger are never deleted'); END;
CREATE TRIGGER build_no_update BEFORE UPDATE ON build
BEGIN SELECT RAISE(ABORT, 'checkpoints of the ledger are never changed'); END;
CREATE TRIGGER build_no_delete BEFORE DELETE ON build
BEGIN SELECT RAISE(ABORT, 'checkpoints of the ledger are never deleted'); END;
CREATE TRIGGER preimage_no_update BEFORE UPDATE ON preimage
BEGIN SELECT RAISE(ABORT, 'values of the ledger are never changed, only erased'); END;
CREATE TRIGGER anchor_no_delete BEFORE DELETE ON anchor
BEGIN SELECT RAISE(ABORT, 'anchors of the ledger are never deleted'); END;
