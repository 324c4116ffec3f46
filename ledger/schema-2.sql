-- Version 2: what witnesses say about signed checkpoints, and a quick way to what is said about keys.

-- Lines of signed notes that follow the log's own in the published checkpoint.
CREATE TABLE cosignature(
    size INTEGER NOT NULL REFERENCES build(size),
    name TEXT NOT NULL,     -- of the witness
    line TEXT NOT NULL,     -- with its line end
    PRIMARY KEY (size, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_key ON entry(idx) WHERE kind = 'key';

CREATE TRIGGER cosignature_no_update BEFORE UPDATE ON cosignature
BEGIN SELECT RAISE(ABORT, 'cosignatures of the ledger are never changed'); END;
CREATE TRIGGER cosignature_no_delete BEFORE DELETE ON cosignature
BEGIN SELECT RAISE(ABORT, 'cosignatures of the ledger are never deleted'); END;
