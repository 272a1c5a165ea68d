-- Deletion of a person's data: the content of a record may be emptied, nothing else, and only where a removal names it.

DROP TRIGGER records_stay;
CREATE TRIGGER records_stay BEFORE UPDATE ON records
WHEN NEW.body <> '' OR OLD.kind = 'removal' OR OLD.chain = ''
  OR (OLD.seq, OLD.kind, OLD.id, OLD.version, OLD.at, OLD.by, OLD.sha256, OLD.chain)
  IS NOT (NEW.seq, NEW.kind, NEW.id, NEW.version, NEW.at, NEW.by, NEW.sha256, NEW.chain)
  OR NOT EXISTS (SELECT 1 FROM records r, json_each(r.body, '$.records') e WHERE r.kind = 'removal' AND e.value = OLD.seq)
BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
