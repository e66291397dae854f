namespace Sa2VA.Cluster.Redis;

/// <summary>
/// What must be one step: comparing the epoch and writing. Redis runs a script without anything in between. docs/redis.md tells what the
/// fields mean.
/// </summary>
internal static class RedisScripts
{
    /// <summary>
    /// KEYS: claim. ARGV: epoch, expiry in ms or 0, stem of the objects' keys.
    /// Answers {1, epoch} when it is claimed, {0, current} when a higher epoch has it.
    /// </summary>
    public const string Claim = """
        local current = redis.call('HGET', KEYS[1], 'epoch')
        if current and tonumber(ARGV[1]) < tonumber(current) then return {0, tonumber(current)} end
        redis.call('HSET', KEYS[1], 'epoch', ARGV[1])
        local function keep(key)
          if ARGV[2] == '0' then redis.call('PERSIST', key) else redis.call('PEXPIRE', key, ARGV[2]) end
        end
        keep(KEYS[1])
        for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
          local object = string.match(field, '^object:(%d+)$')
          if object then keep(ARGV[3] .. object) end
        end
        return {1, tonumber(ARGV[1])}
        """;

    /// <summary>
    /// KEYS: claim, object. ARGV: epoch, object id, block index, block, expiry in ms or 0, writer, ticket.
    /// Answers {1, epoch} when it is stored, {0, current} when the epoch is not the current one, {2, epoch} when the same writer has written this object
    /// with a later ticket: then this request was held up on its way, and its sender has long given it up.
    /// </summary>
    public const string WriteBlock = """
        local current = tonumber(redis.call('HGET', KEYS[1], 'epoch') or '0')
        if tonumber(ARGV[1]) ~= current then return {0, current} end
        local field = 'object:' .. ARGV[2]
        local writer, ticket = string.match(redis.call('HGET', KEYS[1], field) or '', '^(%S+) (%d+)$')
        if writer == ARGV[6] and tonumber(ticket) > tonumber(ARGV[7]) then return {2, current} end
        redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
        redis.call('HSET', KEYS[1], field, ARGV[6] .. ' ' .. ARGV[7])
        for _, key in ipairs(KEYS) do
          if ARGV[5] == '0' then redis.call('PERSIST', key) else redis.call('PEXPIRE', key, ARGV[5]) end
        end
        return {1, current}
        """;

    /// <summary>
    /// KEYS: progress of the video, sums of the job. ARGV: epoch, stage, frames done, frames total or '', frames per second, node,
    /// time in ms, message, expiry in ms. Answers {1, epoch} when it is written or older than what the same owner wrote, {0, current} when a higher
    /// epoch has reported.
    /// </summary>
    public const string Report = """
        local old = redis.call('HMGET', KEYS[1], 'epoch', 'stage', 'frames_done', 'frames_total', 'fps', 'updated_at')
        local epoch = tonumber(old[1] or '0')
        local asked = tonumber(ARGV[1])
        if asked < epoch then return {0, epoch} end
        if asked == epoch and tonumber(old[6] or '0') > tonumber(ARGV[7]) then return {1, epoch} end
        redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'stage', ARGV[2], 'frames_done', ARGV[3], 'frames_total', ARGV[4],
          'fps', ARGV[5], 'node', ARGV[6], 'updated_at', ARGV[7], 'message', ARGV[8])
        local function add(field, now, before)
          local change = (tonumber(now) or 0) - (tonumber(before) or 0)
          if change ~= 0 then redis.call('HINCRBY', KEYS[2], field, string.format('%d', change)) end
        end
        if not old[1] then redis.call('HINCRBY', KEYS[2], 'videos', 1) end
        if old[2] ~= ARGV[2] then
          if old[2] then redis.call('HINCRBY', KEYS[2], 'stage:' .. old[2], -1) end
          redis.call('HINCRBY', KEYS[2], 'stage:' .. ARGV[2], 1)
        end
        add('frames_done', ARGV[3], old[3])
        add('frames_total', ARGV[4], old[4])
        redis.call('HINCRBYFLOAT', KEYS[2], 'fps', (tonumber(ARGV[5]) or 0) - (tonumber(old[5]) or 0))
        if tonumber(redis.call('HGET', KEYS[2], 'updated_at') or '0') < tonumber(ARGV[7]) then redis.call('HSET', KEYS[2], 'updated_at', ARGV[7]) end
        redis.call('PEXPIRE', KEYS[1], ARGV[9])
        redis.call('PEXPIRE', KEYS[2], ARGV[9])
        return {1, epoch}
        """;

    /// <summary>KEYS: names, node. ARGV: name, what it says of itself, expiry in ms.</summary>
    public const string Announce = """
        redis.call('SADD', KEYS[1], ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
        return 1
        """;

    /// <summary>KEYS: names, node. ARGV: name.</summary>
    public const string Leave = """
        redis.call('SREM', KEYS[1], ARGV[1])
        redis.call('DEL', KEYS[2])
        return 1
        """;

    /// <summary>KEYS: names. ARGV: stem of the nodes' keys. Answers what each says of itself and the ms after which that expires; forgets names whose key has expired.</summary>
    public const string ListNodes = """
        local found = {}
        for _, name in ipairs(redis.call('SMEMBERS', KEYS[1])) do
          local key = ARGV[1] .. name
          local said = redis.call('GET', key)
          if said then
            table.insert(found, said)
            table.insert(found, redis.call('PTTL', key))
          else
            redis.call('SREM', KEYS[1], name)
          end
        end
        return found
        """;

    /// <summary>KEYS: events. ARGV: how many to keep, expiry in ms, then names and values. Answers the id.</summary>
    public const string Publish = """
        local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', unpack(ARGV, 3))
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return id
        """;
}
