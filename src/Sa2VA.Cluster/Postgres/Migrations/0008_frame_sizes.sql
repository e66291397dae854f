-- How large frames are, so that measured rates can be told apart by it. Null where a video was probed before this.
ALTER TABLE videos ADD COLUMN frame_pixels bigint;
COMMENT ON COLUMN videos.frame_pixels IS 'pixels of a frame: width times height';
