-- Who did it, and a chain over all records, so that none can be changed, dropped or swapped unseen. See index/records.py.

ALTER TABLE records ADD COLUMN by TEXT NOT NULL DEFAULT '';
ALTER TABLE records ADD COLUMN sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE records ADD COLUMN chain TEXT NOT NULL DEFAULT '';
