-- Jobs, their videos, and the messages that are to wake them. Rows are locked in the order owners, jobs, videos, job_counts
-- everywhere, so that nobody waits for somebody who waits for him.

CREATE TABLE jobs (
    job_id       text COLLATE "C" PRIMARY KEY,
    key          text COLLATE "C" UNIQUE,
    request      jsonb       NOT NULL,
    priority     smallint    NOT NULL,
    videos       integer     NOT NULL,
    manifest     bytea       NOT NULL,
    held         boolean     NOT NULL DEFAULT false,
    trace_parent text,
    submitted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

COMMENT ON COLUMN jobs.manifest IS 'SHA-256 over the lines of the manifest, to tell a repeated submission from another one under the same key';

-- A job is written after its videos, in their transaction, so there is no reference to it: a million checks of one row.
CREATE TABLE videos (
    job_id       text COLLATE "C" NOT NULL,
    number       integer          NOT NULL,
    name         text,
    source       text             NOT NULL,
    targets      jsonb            NOT NULL,
    first_frame  integer          NOT NULL,
    last_frame   integer,
    stride       integer          NOT NULL,
    state        text COLLATE "C" NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'running', 'paused', 'completed', 'failed', 'cancelled', 'dead')),
    held         boolean          NOT NULL DEFAULT false,
    epoch        bigint           NOT NULL DEFAULT 0,
    owner        text,
    attempts     integer          NOT NULL DEFAULT 0,
    attempt_id   uuid,
    attempt_node text,
    frames_done  bigint           NOT NULL DEFAULT 0,
    frames_total bigint,
    error        text,
    content_key  text COLLATE "C",
    updated_at   timestamptz      NOT NULL DEFAULT now(),
    PRIMARY KEY (job_id, number)
);

CREATE INDEX videos_by_state ON videos (job_id, state, number);
CREATE INDEX videos_unfinished ON videos (updated_at) WHERE state IN ('waiting', 'running');
CREATE INDEX videos_by_content ON videos (content_key) WHERE content_key IS NOT NULL;

-- How many videos of a job are in each state, in several rows that are to be added up, so that nodes that finish videos of
-- one job at the same time seldom wait for each other. Every change of videos.state changes these in its transaction.
CREATE TABLE job_counts (
    job_id    text COLLATE "C" NOT NULL,
    slot      integer NOT NULL,
    waiting   integer NOT NULL DEFAULT 0,
    running   integer NOT NULL DEFAULT 0,
    paused    integer NOT NULL DEFAULT 0,
    completed integer NOT NULL DEFAULT 0,
    failed    integer NOT NULL DEFAULT 0,
    cancelled integer NOT NULL DEFAULT 0,
    dead      integer NOT NULL DEFAULT 0,
    PRIMARY KEY (job_id, slot)
) WITH (fillfactor = 50);

-- At most one message per video waits here. A row goes when the broker has confirmed it.
CREATE TABLE outbox (
    priority smallint NOT NULL,
    id       bigint GENERATED ALWAYS AS IDENTITY,
    job_id   text COLLATE "C" NOT NULL,
    number   integer NOT NULL,
    PRIMARY KEY (priority, id),
    UNIQUE (job_id, number)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

CREATE FUNCTION count_slot(p_number integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT (p_number - 1) % 16 $$;

-- Moves one video from a state to another in the counts.
CREATE FUNCTION count_move(p_job text, p_number integer, p_from text, p_to text) RETURNS void LANGUAGE sql AS $$
    UPDATE job_counts SET
        waiting   = waiting   + (p_to = 'waiting')::integer   - (p_from = 'waiting')::integer,
        running   = running   + (p_to = 'running')::integer   - (p_from = 'running')::integer,
        paused    = paused    + (p_to = 'paused')::integer    - (p_from = 'paused')::integer,
        completed = completed + (p_to = 'completed')::integer - (p_from = 'completed')::integer,
        failed    = failed    + (p_to = 'failed')::integer    - (p_from = 'failed')::integer,
        cancelled = cancelled + (p_to = 'cancelled')::integer - (p_from = 'cancelled')::integer,
        dead      = dead      + (p_to = 'dead')::integer      - (p_from = 'dead')::integer
    WHERE p_from <> p_to AND job_id = p_job AND slot = count_slot(p_number)
$$;

-- What a video's journal says. Null leaves things as they are; the error is that of the new state. A completed video has all
-- its frames.
CREATE FUNCTION project_video(
    p_job text, p_number integer, p_state text, p_epoch bigint, p_owner text, p_frames_done bigint, p_frame_count bigint, p_error text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    video record;
    total bigint;
BEGIN
    SELECT state, first_frame, last_frame, stride, frames_total INTO video
    FROM videos WHERE job_id = p_job AND number = p_number FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- FrameSelection.Steps: the frames of the file that are worked on.
    total := CASE
        WHEN p_frame_count IS NULL THEN video.frames_total
        ELSE greatest((least(video.last_frame, p_frame_count - 1) - video.first_frame + video.stride) / video.stride, 0)
    END;
    UPDATE videos SET
        state = coalesce(p_state, state),
        epoch = p_epoch,
        owner = coalesce(p_owner, owner),
        frames_total = total,
        frames_done = coalesce(CASE WHEN p_state = 'completed' THEN total END, p_frames_done, frames_done),
        error = CASE WHEN p_state IS NULL THEN error ELSE p_error END,
        -- Whoever gets further than the last one is not taken down by the video; the attempt in hand still counts.
        attempts = CASE WHEN p_frames_done > frames_done THEN least(attempts, 1) ELSE attempts END,
        updated_at = clock_timestamp()
    WHERE job_id = p_job AND number = p_number;
    PERFORM count_move(p_job, p_number, video.state, coalesce(p_state, video.state));
END $$;

-- Whether a job is held back. Its row is locked only when it seems so, so that nodes do not queue up at it; then a release
-- either came first, and is seen, or waits, and finds the videos that are paused meanwhile.
CREATE FUNCTION job_is_held(p_job text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    held_now boolean;
BEGIN
    SELECT held INTO held_now FROM jobs WHERE job_id = p_job;
    IF held_now THEN
        SELECT held INTO held_now FROM jobs WHERE job_id = p_job FOR SHARE;
    END IF;
    RETURN coalesce(held_now, false);
END $$;

-- Counts an attempt: 'go', 'forget' or 'too many'. The same attempt again, after its answer was lost, counts once.
CREATE FUNCTION begin_attempt(p_job text, p_number integer, p_node text, p_attempt uuid, p_max integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    job_held boolean := job_is_held(p_job);
    video record;
BEGIN
    SELECT state, held, attempts, attempt_id INTO video FROM videos WHERE job_id = p_job AND number = p_number FOR NO KEY UPDATE;
    IF NOT FOUND OR video.state NOT IN ('waiting', 'running') THEN
        RETURN 'forget';
    END IF;
    IF video.attempt_id = p_attempt THEN
        RETURN 'go';
    END IF;
    IF job_held OR video.held THEN
        UPDATE videos SET state = 'paused', updated_at = clock_timestamp() WHERE job_id = p_job AND number = p_number;
        PERFORM count_move(p_job, p_number, video.state, 'paused');
        RETURN 'forget';
    END IF;
    IF video.attempts >= p_max THEN
        RETURN 'too many';
    END IF;
    UPDATE videos SET attempts = attempts + 1, attempt_id = p_attempt, attempt_node = p_node, updated_at = clock_timestamp()
    WHERE job_id = p_job AND number = p_number;
    RETURN 'go';
END $$;

-- Forgives the attempts and returns the video's state; null when another node has begun since.
CREATE FUNCTION end_attempt(p_job text, p_number integer, p_node text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    job_held boolean := job_is_held(p_job);
    video record;
    after text;
BEGIN
    SELECT state, held, attempt_node INTO video FROM videos WHERE job_id = p_job AND number = p_number FOR NO KEY UPDATE;
    IF NOT FOUND OR video.attempt_node IS DISTINCT FROM p_node THEN
        RETURN NULL;
    END IF;
    after := CASE
        WHEN video.state NOT IN ('waiting', 'running') THEN video.state
        WHEN job_held OR video.held THEN 'paused'
        ELSE 'waiting'
    END;
    UPDATE videos SET attempts = 0, state = after, updated_at = clock_timestamp() WHERE job_id = p_job AND number = p_number;
    PERFORM count_move(p_job, p_number, video.state, after);
    RETURN after;
END $$;

-- Gives a video up that is not over.
CREATE FUNCTION bury_video(p_job text, p_number integer, p_error text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    before text;
BEGIN
    SELECT state INTO before FROM videos WHERE job_id = p_job AND number = p_number FOR NO KEY UPDATE;
    IF NOT FOUND OR before NOT IN ('waiting', 'running', 'paused') THEN
        RETURN;
    END IF;
    UPDATE videos SET state = 'dead', error = p_error, updated_at = clock_timestamp() WHERE job_id = p_job AND number = p_number;
    DELETE FROM outbox WHERE job_id = p_job AND number = p_number;
    PERFORM count_move(p_job, p_number, before, 'dead');
END $$;

-- Holds one video back: now when it waits, at the end of its attempt when it runs. False when it is over or unknown.
CREATE FUNCTION hold_video(p_job text, p_number integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    before text;
BEGIN
    SELECT state INTO before FROM videos WHERE job_id = p_job AND number = p_number FOR NO KEY UPDATE;
    IF NOT FOUND OR before NOT IN ('waiting', 'running', 'paused') THEN
        RETURN false;
    END IF;
    UPDATE videos SET held = true, state = CASE WHEN before = 'waiting' THEN 'paused' ELSE before END, updated_at = clock_timestamp()
    WHERE job_id = p_job AND number = p_number;
    IF before = 'waiting' THEN
        DELETE FROM outbox WHERE job_id = p_job AND number = p_number;
        PERFORM count_move(p_job, p_number, 'waiting', 'paused');
    END IF;
    RETURN true;
END $$;

-- Wakes a job's videos, or one of them, that are in one of p_from, with their attempts forgiven; returns how many.
CREATE FUNCTION wake_videos(p_job text, p_number integer, p_from text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    woken bigint;
BEGIN
    WITH chosen AS MATERIALIZED (
        SELECT number, state FROM videos
        WHERE job_id = p_job AND state = ANY (p_from) AND number BETWEEN coalesce(p_number, 1) AND coalesce(p_number, 2147483647)
        ORDER BY number FOR NO KEY UPDATE
    ), moved AS (
        UPDATE videos SET state = 'waiting', held = false, attempts = 0, error = NULL, updated_at = clock_timestamp()
        FROM chosen WHERE videos.job_id = p_job AND videos.number = chosen.number
    ), sums AS (
        SELECT count_slot(number) AS slot, count(*)::integer AS woken,
            (count(*) FILTER (WHERE state = 'paused'))::integer AS paused,
            (count(*) FILTER (WHERE state = 'failed'))::integer AS failed,
            (count(*) FILTER (WHERE state = 'dead'))::integer AS dead
        FROM chosen GROUP BY 1
    ), counted AS (
        UPDATE job_counts SET
            waiting = waiting + sums.woken, paused = job_counts.paused - sums.paused,
            failed = job_counts.failed - sums.failed, dead = job_counts.dead - sums.dead
        FROM sums WHERE job_counts.job_id = p_job AND job_counts.slot = sums.slot
    ), queued AS (
        INSERT INTO outbox (priority, job_id, number)
        SELECT jobs.priority, p_job, chosen.number FROM chosen, jobs WHERE jobs.job_id = p_job ORDER BY chosen.number
        ON CONFLICT (job_id, number) DO NOTHING
    )
    SELECT count(*) INTO woken FROM chosen;
    RETURN woken;
END $$;

-- Lets a job go on, or one video of it (p_number); returns how many videos were woken.
CREATE FUNCTION release_videos(p_job text, p_number integer) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    IF p_number IS NULL THEN
        UPDATE jobs SET held = false WHERE job_id = p_job;
    END IF;
    UPDATE videos SET held = false
    WHERE job_id = p_job AND state = 'running' AND held AND number BETWEEN coalesce(p_number, 1) AND coalesce(p_number, 2147483647);
    RETURN wake_videos(p_job, p_number, ARRAY['paused']);
END $$;
