-- What pictures say, by address: read once, whichever and however many listings show them.

CREATE TABLE pictures (url TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
