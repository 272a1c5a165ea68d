-- What an observation saw, where it was archived: the history of a listing's page.

ALTER TABLE observations ADD COLUMN capture TEXT;
