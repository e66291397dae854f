-- The video whose masks were copied for this one, in place of a run.
ALTER TABLE videos ADD COLUMN reused_from text COLLATE "C";
