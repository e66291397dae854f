-- The history of every actor. Ids are compared byte by byte, as they are made, not by the rules of a language.

-- One row per actor. It is locked for each write in its name, so that the check of the epoch and the write are one step;
-- it also counts the events, so that nobody has to look for the last one.
CREATE TABLE owners (
    persistence_id text COLLATE "C" PRIMARY KEY,
    epoch          bigint NOT NULL,
    owner          text   NOT NULL,
    last_sequence  bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 80);

-- No reference to owners: append_events holds that row already, and is the only one that writes here.
CREATE TABLE journal (
    persistence_id text COLLATE "C" NOT NULL,
    sequence_nr    bigint      NOT NULL,
    epoch          bigint      NOT NULL,
    type           text        NOT NULL,
    payload        bytea       NOT NULL,
    written_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (persistence_id, sequence_nr)
);

CREATE TABLE snapshots (
    persistence_id text COLLATE "C" PRIMARY KEY,
    sequence_nr    bigint NOT NULL,
    type           text   NOT NULL,
    payload        bytea  NOT NULL
);

-- Locks the actor's row for the rest of the transaction and returns the number of its events; SA001 when the epoch is stale.
-- The hint is for the program: the epoch in force.
CREATE FUNCTION hold_epoch(p_id text, p_epoch bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    held record;
BEGIN
    SELECT epoch, last_sequence INTO held FROM owners WHERE persistence_id = p_id FOR NO KEY UPDATE;
    IF NOT FOUND OR held.epoch <> p_epoch THEN
        RAISE EXCEPTION '% was taken over', p_id USING ERRCODE = 'SA001', HINT = coalesce(held.epoch, 0)::text;
    END IF;
    RETURN held.last_sequence;
END $$;

-- Appends events behind number p_last; SA002 when the history is not that long, with its length as the hint.
CREATE FUNCTION append_events(p_id text, p_epoch bigint, p_last bigint, p_types text[], p_payloads bytea[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    last bigint := hold_epoch(p_id, p_epoch);
BEGIN
    IF last <> p_last THEN
        RAISE EXCEPTION '% has % events, not %', p_id, last, p_last USING ERRCODE = 'SA002', HINT = last::text;
    END IF;
    INSERT INTO journal (persistence_id, sequence_nr, epoch, type, payload)
    SELECT p_id, p_last + entry.nr, p_epoch, entry.type, entry.payload
    FROM unnest(p_types, p_payloads) WITH ORDINALITY AS entry (type, payload, nr);
    UPDATE owners SET last_sequence = p_last + cardinality(p_types) WHERE persistence_id = p_id;
END $$;

-- Keeps the latest snapshot.
CREATE FUNCTION save_snapshot(p_id text, p_epoch bigint, p_sequence bigint, p_type text, p_payload bytea) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hold_epoch(p_id, p_epoch);
    INSERT INTO snapshots AS kept (persistence_id, sequence_nr, type, payload) VALUES (p_id, p_sequence, p_type, p_payload)
    ON CONFLICT (persistence_id) DO UPDATE
    SET sequence_nr = excluded.sequence_nr, type = excluded.type, payload = excluded.payload
    WHERE excluded.sequence_nr >= kept.sequence_nr;
END $$;
