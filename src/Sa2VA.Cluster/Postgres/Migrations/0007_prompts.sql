-- Videos that are asked for more after they were begun.

-- Queues a video that has something to do again; nobody has it in hand, or whoever had it was replaced. One that is held back is
-- queued when it is released, and one that waits has its message.
CREATE FUNCTION requeue_video(p_job text, p_number integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    video record;
    after text;
BEGIN
    SELECT v.state, v.held, v.attempts, coalesce(v.priority, j.priority) AS priority INTO video
    FROM videos AS v JOIN jobs AS j USING (job_id) WHERE v.job_id = p_job AND v.number = p_number FOR NO KEY UPDATE OF v;
    IF NOT FOUND OR video.state IN ('paused', 'cancelled', 'dead') OR (video.state = 'waiting' AND video.attempts = 0) THEN
        RETURN;
    END IF;
    after := CASE WHEN video.held THEN 'paused' ELSE 'waiting' END;
    UPDATE videos SET state = after, lane = video.priority, attempts = 0, error = NULL,
        frames_done = CASE WHEN video.state = 'completed' THEN 0 ELSE frames_done END, updated_at = clock_timestamp()
    WHERE job_id = p_job AND number = p_number;
    PERFORM count_move(p_job, p_number, video.state, after);
    IF after = 'waiting' THEN
        INSERT INTO outbox (priority, job_id, number) VALUES (video.priority, p_job, p_number) ON CONFLICT (job_id, number) DO NOTHING;
    END IF;
END $$;
