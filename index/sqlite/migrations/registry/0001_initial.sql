-- Copies of public registers. Rows are only ever added: a later list may say something else about a number, and both
-- stand with the list that said so.

CREATE TABLE lists (
    id INTEGER PRIMARY KEY, register TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL, as_of TEXT,
    imported TEXT NOT NULL
);
CREATE TABLE records (
    seq INTEGER PRIMARY KEY, list INTEGER NOT NULL REFERENCES lists, register TEXT NOT NULL, key TEXT NOT NULL,
    digest BLOB NOT NULL, place TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (register, key, digest)
);
