-- What people decided. Records are only ever added; a later version of the same id answers the earlier one.

CREATE TABLE records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    at TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (kind, id, version)
);
CREATE TABLE subjects (
    finding_id TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES records, PRIMARY KEY (finding_id, seq)
) WITHOUT ROWID;

-- REPLACE deletes without asking the triggers for deletions, so rows that are there may not come in again.
CREATE TRIGGER records_once BEFORE INSERT ON records
WHEN EXISTS (SELECT 1 FROM records WHERE seq = NEW.seq OR (kind = NEW.kind AND id = NEW.id AND version = NEW.version))
BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER records_stay BEFORE UPDATE ON records BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER records_last BEFORE DELETE ON records BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER subjects_once BEFORE INSERT ON subjects
WHEN EXISTS (SELECT 1 FROM subjects WHERE finding_id = NEW.finding_id AND seq = NEW.seq)
BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER subjects_stay BEFORE UPDATE ON subjects BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER subjects_last BEFORE DELETE ON subjects BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
