-- The last look moves into the main tables: rows lie in order of arrival, so a re-crawl touches few pages anyway,
-- and a new listing is one row less.

ALTER TABLE listings ADD COLUMN last_seen TEXT NOT NULL DEFAULT '';
ALTER TABLE listings ADD COLUMN content BLOB;
UPDATE listings SET (last_seen, content) = (SELECT last_seen, content FROM listings_seen s WHERE s.number = listings.number);
DROP TABLE listings_seen;

ALTER TABLE findings ADD COLUMN last_seen TEXT NOT NULL DEFAULT '';
UPDATE findings SET last_seen = (SELECT last_seen FROM findings_seen s WHERE s.number = findings.number);
DROP TABLE findings_seen;

ALTER TABLE samples ADD COLUMN last_seen TEXT NOT NULL DEFAULT '';
UPDATE samples SET last_seen = (SELECT last_seen FROM samples_seen s WHERE s.number = samples.number);
DROP TABLE samples_seen;

-- Even fewer merges while writing: the rest is merged when the writer closes.
INSERT INTO listings_text (listings_text, rank) VALUES ('automerge', 16);
INSERT INTO listings_title (listings_title, rank) VALUES ('automerge', 16);
INSERT INTO findings_text (findings_text, rank) VALUES ('automerge', 16);
INSERT INTO findings_title (findings_title, rank) VALUES ('automerge', 16);
