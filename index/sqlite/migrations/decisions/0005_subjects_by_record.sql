-- What a record is about is read with every record: without this each one looks through all subjects.

CREATE INDEX subjects_seq ON subjects (seq, finding_id);
