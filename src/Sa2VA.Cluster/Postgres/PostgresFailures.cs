using System.Net.Sockets;
using Npgsql;

namespace Sa2VA.Cluster.Postgres;

/// <summary>What a failure of the database means for whoever asked.</summary>
internal static class PostgresFailures
{
    /// <summary>The epoch is stale; the hint is the one in force. See 0001_journal.sql.</summary>
    public const string StaleEpoch = "SA001";

    /// <summary>The history is not as long as the writer believes; the hint is its length. See 0001_journal.sql.</summary>
    public const string OtherLength = "SA002";

    /// <summary>Whether the same again may succeed: the server is away, restarting, full, or had to choose between two of us.</summary>
    public static bool IsTransient(Exception failure) => failure switch
    {
        _ when IsLoss(failure) => true,
        NpgsqlException { IsTransient: true } => true,
        // From looking for the server; an IOException on its own is one of our files.
        SocketException or TimeoutException => true,
        _ => false,
    };

    /// <summary>Whether the connection is gone, and probably all others with it: the server ends, or became one that only reads.</summary>
    public static bool IsLoss(Exception failure) => failure switch
    {
        PostgresException refused => refused.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException { InnerException: IOException or SocketException } => true,
        _ => false,
    };
}
