-- Priorities that change while work waits, and how long videos are worked on.

-- The queue that a job's first messages went to, once its priority was changed.
ALTER TABLE jobs ADD COLUMN first_lane smallint;

ALTER TABLE videos
    ADD COLUMN priority        smallint,
    ADD COLUMN lane            smallint,
    ADD COLUMN stale           integer[],
    ADD COLUMN dropped_attempt uuid,
    ADD COLUMN worked_since    timestamptz,
    ADD COLUMN work_seconds    double precision NOT NULL DEFAULT 0;

COMMENT ON COLUMN videos.priority IS 'its own; null for its job''s';
COMMENT ON COLUMN videos.lane IS 'the queue that its message is in; null for its job''s first';
COMMENT ON COLUMN videos.stale IS 'by priority, from 1: messages in those queues that stand for nothing since another one was sent';
COMMENT ON COLUMN videos.dropped_attempt IS 'the attempt that took such a message last';
COMMENT ON COLUMN videos.work_seconds IS 'time that owners spent on it, as far as it was recorded';

-- Takes a message in hand: like begin_attempt, unless the message stands for nothing any more. A broker gives no message back
-- that is in the middle of a queue, so that it is dropped when its turn comes.
CREATE FUNCTION take_message(p_job text, p_number integer, p_node text, p_attempt uuid, p_max integer, p_lane smallint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE videos SET stale[p_lane + 1] = stale[p_lane + 1] - 1, dropped_attempt = p_attempt
    WHERE job_id = p_job AND number = p_number AND stale[p_lane + 1] > 0 AND dropped_attempt IS DISTINCT FROM p_attempt;
    -- The second look is for an attempt whose answer was lost.
    IF FOUND OR EXISTS (SELECT FROM videos WHERE job_id = p_job AND number = p_number AND dropped_attempt = p_attempt) THEN
        RETURN 'forget';
    END IF;
    RETURN begin_attempt(p_job, p_number, p_node, p_attempt, p_max);
END $$;

-- Sets the priority of a job, or of one video of it (p_number), and moves what waits in a queue to that of the new priority; returns
-- how many were moved. What a node has in hand is moved when it is handed over.
CREATE FUNCTION prioritize_videos(p_job text, p_number integer, p_priority smallint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    chosen integer[];
    unsent integer[];
BEGIN
    IF p_number IS NULL THEN
        UPDATE jobs SET first_lane = coalesce(first_lane, priority), priority = p_priority WHERE job_id = p_job;
        UPDATE videos SET priority = NULL WHERE job_id = p_job AND priority IS NOT NULL;
    ELSE
        UPDATE videos SET priority = p_priority WHERE job_id = p_job AND number = p_number;
    END IF;
    SELECT array_agg(waiting.number) INTO chosen FROM (
        SELECT v.number FROM videos AS v JOIN jobs AS j USING (job_id)
        WHERE v.job_id = p_job AND v.state = 'waiting' AND v.attempts = 0
            AND v.number BETWEEN coalesce(p_number, 1) AND coalesce(p_number, 2147483647)
            AND coalesce(v.lane, j.first_lane, j.priority) <> p_priority
        ORDER BY v.number FOR NO KEY UPDATE OF v) AS waiting;
    -- A message that is being published is waited for, and is in its queue then.
    WITH moved AS (UPDATE outbox SET priority = p_priority WHERE job_id = p_job AND number = ANY (chosen) RETURNING number)
    SELECT array_agg(number) INTO unsent FROM moved;
    UPDATE videos AS v SET stale[coalesce(v.lane, j.first_lane, j.priority) + 1] = coalesce(stale[coalesce(v.lane, j.first_lane, j.priority) + 1], 0) + 1
    FROM jobs AS j WHERE j.job_id = v.job_id AND v.job_id = p_job AND v.number = ANY (chosen) AND v.number <> ALL (coalesce(unsent, '{}'));
    UPDATE videos SET lane = p_priority WHERE job_id = p_job AND number = ANY (chosen);
    INSERT INTO outbox (priority, job_id, number) SELECT p_priority, p_job, waiting.number FROM unnest(chosen) AS waiting (number) ON CONFLICT (job_id, number) DO NOTHING;
    RETURN coalesce(cardinality(chosen), 0);
END $$;

-- Forgives the attempts and returns the video's state; null when another node has begun since, or when its continuation is queued here
-- because it goes to another queue than it came from.
CREATE OR REPLACE FUNCTION end_attempt(p_job text, p_number integer, p_node text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    job_held boolean := job_is_held(p_job);
    video record;
    after text;
    queued boolean;
BEGIN
    SELECT v.state, v.held, v.attempt_node, coalesce(v.lane, j.first_lane, j.priority) AS lane, coalesce(v.priority, j.priority) AS priority INTO video
    FROM videos AS v JOIN jobs AS j USING (job_id) WHERE v.job_id = p_job AND v.number = p_number FOR NO KEY UPDATE OF v;
    IF NOT FOUND OR video.attempt_node IS DISTINCT FROM p_node THEN
        RETURN NULL;
    END IF;
    after := CASE
        WHEN video.state NOT IN ('waiting', 'running') THEN video.state
        WHEN job_held OR video.held THEN 'paused'
        ELSE 'waiting'
    END;
    queued := after = 'waiting' AND video.lane <> video.priority;
    UPDATE videos SET attempts = 0, state = after, lane = CASE WHEN queued THEN video.priority ELSE lane END, updated_at = clock_timestamp()
    WHERE job_id = p_job AND number = p_number;
    PERFORM count_move(p_job, p_number, video.state, after);
    IF queued THEN
        INSERT INTO outbox (priority, job_id, number) VALUES (video.priority, p_job, p_number) ON CONFLICT (job_id, number) DO NOTHING;
        RETURN NULL;
    END IF;
    RETURN after;
END $$;

-- Wakes a job's videos, or one of them, that are in one of p_from, with their attempts forgiven; returns how many.
CREATE OR REPLACE FUNCTION wake_videos(p_job text, p_number integer, p_from text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    woken bigint;
BEGIN
    WITH chosen AS MATERIALIZED (
        SELECT videos.number, videos.state, coalesce(videos.priority, jobs.priority) AS lane FROM videos JOIN jobs USING (job_id)
        WHERE job_id = p_job AND state = ANY (p_from) AND number BETWEEN coalesce(p_number, 1) AND coalesce(p_number, 2147483647)
        ORDER BY number FOR NO KEY UPDATE OF videos
    ), moved AS (
        UPDATE videos SET state = 'waiting', held = false, attempts = 0, error = NULL, lane = chosen.lane, updated_at = clock_timestamp()
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
        SELECT chosen.lane, p_job, chosen.number FROM chosen ORDER BY chosen.number
        ON CONFLICT (job_id, number) DO NOTHING
    )
    SELECT count(*) INTO woken FROM chosen;
    RETURN woken;
END $$;

-- What a video's journal says. Null leaves things as they are; the error is that of the new state. A completed video has all
-- its frames, and one that is over has ended its attempt in good order. Time counts from a claim to each checkpoint and to the end.
CREATE OR REPLACE FUNCTION project_video(
    p_job text, p_number integer, p_state text, p_epoch bigint, p_owner text, p_frames_done bigint, p_frame_count bigint, p_error text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    video record;
    total bigint;
    counts boolean := p_frames_done IS NOT NULL OR p_state IN ('completed', 'failed', 'cancelled');
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
        attempts = CASE WHEN p_state IN ('completed', 'failed', 'cancelled') THEN 0 WHEN p_frames_done > frames_done THEN least(attempts, 1) ELSE attempts END,
        work_seconds = work_seconds + CASE WHEN counts THEN coalesce(extract(epoch FROM clock_timestamp() - worked_since), 0) ELSE 0 END,
        worked_since = CASE WHEN p_state IN ('completed', 'failed', 'cancelled') THEN NULL WHEN counts OR p_state = 'running' THEN clock_timestamp() ELSE worked_since END,
        updated_at = clock_timestamp()
    WHERE job_id = p_job AND number = p_number;
    PERFORM count_move(p_job, p_number, video.state, coalesce(p_state, video.state));
END $$;
