-- Samples that look alike or do alike: bands find candidates (index/similar.py). bands_of_icon and bands_of_code are
-- functions of ours.
CREATE TABLE icon_bands (band TEXT NOT NULL, dhash TEXT NOT NULL, PRIMARY KEY (band, dhash)) WITHOUT ROWID;
CREATE INDEX samples_icon_dhash ON samples (icon_dhash, id) WHERE icon_dhash IS NOT NULL;
INSERT OR IGNORE INTO icon_bands
    SELECT b.value, s.icon_dhash FROM samples s, json_each(bands_of_icon(s.icon_dhash)) b WHERE s.icon_dhash IS NOT NULL;

CREATE TABLE code_sketches (number INTEGER PRIMARY KEY, minhash TEXT NOT NULL, sketch TEXT NOT NULL);
CREATE TABLE code_bands (band TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (band, number)) WITHOUT ROWID;
INSERT INTO code_sketches
    SELECT number, json_extract(body, '$.sketches.code.minhash'), json_extract(body, '$.sketches.code') FROM samples_body
    WHERE json_array_length(bands_of_code(json_extract(body, '$.sketches.code'))) > 0;
INSERT OR IGNORE INTO code_bands
    SELECT b.value, c.number FROM code_sketches c, json_each(bands_of_code(c.sketch)) b;
