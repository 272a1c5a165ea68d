-- Second, declared looks at listings: what another hour, place or session was shown.

CREATE TABLE views (
    listing_id TEXT NOT NULL, at TEXT NOT NULL, run_id TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (listing_id, at, run_id)
) WITHOUT ROWID;
