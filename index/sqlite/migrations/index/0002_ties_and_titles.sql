-- Ties between listings, and full text of titles alone: the best hits are found without scoring every hit.

CREATE TABLE ties (key TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (key, place)) WITHOUT ROWID;
CREATE INDEX ties_place ON ties (place);

CREATE VIRTUAL TABLE listings_title USING fts5 (title, content = '', tokenize = 'ascii');
CREATE VIRTUAL TABLE findings_title USING fts5 (title, content = '', tokenize = 'ascii');
CREATE VIRTUAL TABLE samples_title USING fts5 (label, content = '', tokenize = 'ascii');
INSERT INTO listings_title (listings_title, rank) VALUES ('automerge', 8), ('usermerge', 2);
INSERT INTO findings_title (findings_title, rank) VALUES ('automerge', 8), ('usermerge', 2);
INSERT INTO samples_title (samples_title, rank) VALUES ('automerge', 8), ('usermerge', 2);
INSERT INTO listings_title (rowid, title) SELECT place, tokens(json_extract(body, '$.listing.title')) FROM listings JOIN listings_body USING (number);
INSERT INTO findings_title (rowid, title) SELECT place, tokens(json_extract(body, '$.title')) FROM findings JOIN findings_body USING (number);
INSERT INTO samples_title (rowid, label) SELECT place, (
    SELECT tokens(group_concat(value, '¶')) FROM (
        SELECT json_extract(body, '$.label') AS value UNION ALL SELECT value FROM json_each(body, '$.labels')
    )
) FROM samples JOIN samples_body USING (number);
