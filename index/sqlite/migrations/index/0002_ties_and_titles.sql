-- Ties between listings, and full text of titles alone: the best hits are found without scoring every hit.

CREATE TABLE ties (key TEXT NOT NULL, listing INTEGER NOT NULL, PRIMARY KEY (key, listing)) WITHOUT ROWID;
CREATE INDEX ties_listing ON ties (listing);

CREATE VIRTUAL TABLE listings_title USING fts5 (title, content = '', tokenize = 'ascii');
CREATE VIRTUAL TABLE findings_title USING fts5 (title, content = '', tokenize = 'ascii');
CREATE VIRTUAL TABLE samples_title USING fts5 (label, content = '', tokenize = 'ascii');
INSERT INTO listings_title (listings_title, rank) VALUES ('automerge', 8);
INSERT INTO listings_title (rowid, title) SELECT rowid, tokens(json_extract(body, '$.listing.title')) FROM listings_body;
INSERT INTO findings_title (rowid, title) SELECT rowid, tokens(json_extract(body, '$.title')) FROM findings_body;
INSERT INTO samples_title (rowid, label) SELECT rowid, (
    SELECT tokens(group_concat(value, '¶')) FROM (
        SELECT json_extract(body, '$.label') AS value UNION ALL SELECT value FROM json_each(body, '$.labels')
    )
) FROM samples_body;
