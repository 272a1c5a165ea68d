"""The page archive: WARC files, the chain of hashes over their records, reading, checking and retention."""
