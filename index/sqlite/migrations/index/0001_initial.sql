-- One table per kind with what is filtered and sorted by, one with the last look, one with the object, one for full text.
-- content: hash of what was put last; a put with the same hash only moves last_seen.
-- texts: names of the text fields that are not empty, each between blanks.
-- number: in order of arrival, so that new rows lie side by side.
-- place: seconds of first_seen << 31 | (2^27 - 1 - first 27 bits of the id) << 4 | a free one of sixteen. A walk down the
-- places is newest first with ties in order of id; full text has the place as its rowid and so answers without sorting.

CREATE TABLE listings (
    number INTEGER PRIMARY KEY, place INTEGER NOT NULL UNIQUE, id TEXT NOT NULL UNIQUE,
    first_seen TEXT NOT NULL, texts TEXT NOT NULL,
    marketplace TEXT, native_id TEXT, url TEXT, source_kind TEXT, price TEXT, package_name TEXT, version TEXT, lang TEXT,
    platform_style TEXT, sample TEXT, sample_sha256 TEXT, declared_signers TEXT, verdict TEXT, brand TEXT,
    violation TEXT, detector TEXT, version_code NUMERIC, sample_size NUMERIC, priority NUMERIC, rating NUMERIC,
    downloads NUMERIC, views NUMERIC, replies NUMERIC, sales NUMERIC, published_at TEXT
);
CREATE INDEX listings_marketplace ON listings (marketplace);
CREATE INDEX listings_package_name ON listings (package_name) WHERE package_name IS NOT NULL;
CREATE INDEX listings_brand ON listings (brand) WHERE brand IS NOT NULL;
CREATE TABLE listings_seen (number INTEGER PRIMARY KEY, last_seen TEXT NOT NULL, content BLOB NOT NULL);
CREATE TABLE listings_body (number INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE VIRTUAL TABLE listings_text USING fts5 (
    title, description, seller, bio, options, reviews, questions, notes, image_text, qr_text, package,
    content = '', tokenize = 'ascii'
);

CREATE TABLE findings (
    number INTEGER PRIMARY KEY, place INTEGER NOT NULL UNIQUE, id TEXT NOT NULL UNIQUE,
    first_seen TEXT NOT NULL, texts TEXT NOT NULL,
    proposed INTEGER NOT NULL, listing_id TEXT, marketplace TEXT, url TEXT, "group" TEXT, verdict TEXT, brand TEXT, violation TEXT, detector TEXT,
    unseen TEXT, sample_sha256 TEXT, signer_sha256 TEXT, probability NUMERIC, priority NUMERIC
);
CREATE INDEX findings_listing ON findings (listing_id);
CREATE INDEX findings_brand ON findings (brand) WHERE brand IS NOT NULL;
CREATE TABLE findings_seen (number INTEGER PRIMARY KEY, last_seen TEXT NOT NULL);
CREATE TABLE findings_body (number INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE VIRTUAL TABLE findings_text USING fts5 (
    title, text, seller, package, quote, reason, content = '', tokenize = 'ascii'
);

CREATE TABLE samples (
    number INTEGER PRIMARY KEY, place INTEGER NOT NULL UNIQUE, id TEXT NOT NULL UNIQUE,
    first_seen TEXT NOT NULL, texts TEXT NOT NULL,
    sha1 TEXT, md5 TEXT, container TEXT, package TEXT, version_name TEXT, signature TEXT, signer TEXT, permission TEXT,
    trait TEXT, trait_value TEXT, problem TEXT, icon_sha256 TEXT, icon_dhash TEXT, size NUMERIC, version_code NUMERIC,
    min_sdk NUMERIC, target_sdk NUMERIC, analyser_version NUMERIC
);
CREATE INDEX samples_package ON samples (package) WHERE package IS NOT NULL;
CREATE TABLE samples_seen (number INTEGER PRIMARY KEY, last_seen TEXT NOT NULL);
CREATE TABLE samples_body (number INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE VIRTUAL TABLE samples_text USING fts5 (label, package_words, content = '', tokenize = 'ascii');
-- Every analyser version's answer; samples holds the newest one.
CREATE TABLE fingerprints (
    sha256 TEXT NOT NULL, analyser_version INTEGER NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (sha256, analyser_version)
);

CREATE TABLE history (
    listing_id TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, run_id TEXT NOT NULL, field TEXT NOT NULL,
    old TEXT NOT NULL, new TEXT NOT NULL, PRIMARY KEY (listing_id, seq)
) WITHOUT ROWID;
CREATE TABLE observations (
    seq INTEGER PRIMARY KEY, listing_id TEXT NOT NULL, at TEXT NOT NULL, state TEXT NOT NULL, run_id TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX observations_listing ON observations (listing_id, seq);
CREATE TABLE runs (id TEXT PRIMARY KEY, marketplace TEXT NOT NULL, started_at TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX runs_newest ON runs (marketplace, started_at);

-- Fewer, larger merges while writing: many small commits would otherwise rewrite the same postings again and again.
INSERT INTO listings_text (listings_text, rank) VALUES ('automerge', 8), ('usermerge', 2);
INSERT INTO findings_text (findings_text, rank) VALUES ('automerge', 8), ('usermerge', 2);
INSERT INTO samples_text (samples_text, rank) VALUES ('automerge', 8), ('usermerge', 2);
