-- An id that changed points to the new one: decisions keep the id they were made under.

CREATE TABLE aliases (old_id TEXT PRIMARY KEY, new_id TEXT NOT NULL, at TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX aliases_new ON aliases (new_id);

CREATE TRIGGER aliases_once BEFORE INSERT ON aliases WHEN EXISTS (SELECT 1 FROM aliases WHERE old_id = NEW.old_id)
BEGIN SELECT raise(ABORT, 'aliases are append-only'); END;
CREATE TRIGGER aliases_stay BEFORE UPDATE ON aliases BEGIN SELECT raise(ABORT, 'aliases are append-only'); END;
CREATE TRIGGER aliases_last BEFORE DELETE ON aliases BEGIN SELECT raise(ABORT, 'aliases are append-only'); END;
