-- Endings forgive attempts by themselves: no call of its own is needed for it.

-- What a video's journal says. Null leaves things as they are; the error is that of the new state. A completed video has all
-- its frames, and one that is over has ended its attempt in good order.
CREATE OR REPLACE FUNCTION project_video(
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
        attempts = CASE WHEN p_state IN ('completed', 'failed', 'cancelled') THEN 0 WHEN p_frames_done > frames_done THEN least(attempts, 1) ELSE attempts END,
        updated_at = clock_timestamp()
    WHERE job_id = p_job AND number = p_number;
    PERFORM count_move(p_job, p_number, video.state, coalesce(p_state, video.state));
END $$;

-- States of videos that were over before endings removed them.
DELETE FROM checkpoints USING videos
WHERE videos.state IN ('completed', 'cancelled') AND checkpoints.video_id = videos.job_id || '-' || videos.number;
