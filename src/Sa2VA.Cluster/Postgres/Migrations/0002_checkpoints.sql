-- The trackers' states: megabytes each, replaced often, read seldom.

-- A state is visible once its transaction commits, whole. Of several under one name the highest id counts; the others go
-- in the transaction that adds it.
CREATE TABLE checkpoints (
    checkpoint_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    video_id      text COLLATE "C" NOT NULL,
    name          text COLLATE "C" NOT NULL,
    length        bigint           NOT NULL,
    saved_at      timestamptz      NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX checkpoints_by_video ON checkpoints (video_id, name);

CREATE TABLE checkpoint_chunks (
    checkpoint_id bigint  NOT NULL REFERENCES checkpoints ON DELETE CASCADE,
    nr            integer NOT NULL,
    bytes         bytea   NOT NULL,
    PRIMARY KEY (checkpoint_id, nr)
);

-- Floating-point numbers do not get smaller: no time is spent on trying.
ALTER TABLE checkpoint_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;
