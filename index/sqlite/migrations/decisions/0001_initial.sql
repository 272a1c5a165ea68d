-- What people decided. Records are only ever added; a later version of the same id answers the earlier one.

CREATE TABLE records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    at TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (kind, id, version)
);
CREATE TABLE subjects (finding_id TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES records, PRIMARY KEY (finding_id, seq)) WITHOUT ROWID;

CREATE TRIGGER records_stay BEFORE UPDATE ON records BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER records_last BEFORE DELETE ON records BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER subjects_stay BEFORE UPDATE ON subjects BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER subjects_last BEFORE DELETE ON subjects BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
