-- Conversations: which there are, and the messages that are to wake them. What is said stands in the journal.

CREATE TABLE conversations (
    conversation_id text COLLATE "C" PRIMARY KEY,
    request         jsonb       NOT NULL,
    turns           integer     NOT NULL DEFAULT 0,
    open            integer     NOT NULL DEFAULT 0,
    node            text,
    begun_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

COMMENT ON COLUMN conversations.turns IS 'turns that are over';
COMMENT ON COLUMN conversations.open IS 'questions that wait for their answer';

-- A row goes when the broker has confirmed it. A conversation may have several: one that came while another was being sent must not get lost,
-- and a wake-up too many is forgotten by whoever takes it.
CREATE TABLE conversation_outbox (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id text COLLATE "C" NOT NULL
);

-- Removes all that is known of a conversation. Without its row among the owners every write in its name is refused.
CREATE FUNCTION forget_conversation(p_conversation text, p_history text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    was_there boolean;
BEGIN
    DELETE FROM owners WHERE persistence_id = p_history;
    DELETE FROM journal WHERE persistence_id = p_history;
    DELETE FROM snapshots WHERE persistence_id = p_history;
    DELETE FROM conversation_outbox WHERE conversation_id = p_conversation;
    DELETE FROM conversations WHERE conversation_id = p_conversation;
    was_there := FOUND;
    RETURN was_there;
END $$;
