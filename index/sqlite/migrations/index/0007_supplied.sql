-- Who brought us a listing that we did not collect ourselves, through which channel, in which file. The first word stays.

CREATE TABLE supplied (
    listing_id TEXT NOT NULL, file_sha256 TEXT NOT NULL, supplier TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (listing_id, file_sha256, supplier)
) WITHOUT ROWID;
CREATE INDEX listings_url ON listings (url);
