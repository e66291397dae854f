using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Postgres;

/// <summary>How a process uses the database.</summary>
public sealed record PostgresOptions
{
    /// <summary>Connections of this process at most. The server's max_connections has to do for all processes. Default 16, 2 to 500.</summary>
    public int MaxConnections { get; init; } = 16;

    /// <summary>Longest time to keep trying while the server is away, before the caller is told: long enough for a restart, which then costs no work. Default 30 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for a connection, in whole seconds. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for the answer to one statement, in whole seconds. Default 30 s.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Told why, each time that something has to be tried again; for the log.</summary>
    public Action<string>? Retrying { get; init; }

    /// <summary>Told that the server answers again after it was away.</summary>
    public Action? Reconnected { get; init; }

    internal void Check()
    {
        if (MaxConnections is < 2 or > 500) throw new SettingsException($"Postgres: MaxConnections is {MaxConnections}; it may be 2 to 500.");
        if (Patience < TimeSpan.Zero) throw new SettingsException($"Postgres: Patience is {Patience}; it may not be negative.");
        CheckSeconds(nameof(ConnectTimeout), ConnectTimeout);
        CheckSeconds(nameof(CommandTimeout), CommandTimeout);
    }

    private static void CheckSeconds(string name, TimeSpan value)
    {
        if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromMinutes(10))
            throw new SettingsException($"Postgres: {name} is {value}; it may be 1 second to 10 minutes.");
    }
}
