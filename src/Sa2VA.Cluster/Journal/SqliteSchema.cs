using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Sa2VA.Cluster.Journal;

/// <summary>Tables of the journal file and the settings of a connection to it.</summary>
internal static class SqliteSchema
{
    private const int Version = 1;

    public static void Apply(SqliteConnection connection)
    {
        // FULL syncs the log at every commit: an append that returned survives a power cut, not only a crash.
        Run(connection, "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
        using var transaction = connection.BeginTransaction(deferred: false);
        switch (StoredVersion(connection, transaction))
        {
            case 0:
                Run(connection, transaction,
                    $"""
                    CREATE TABLE owners(
                        persistence_id TEXT NOT NULL PRIMARY KEY, epoch INTEGER NOT NULL, owner TEXT NOT NULL) WITHOUT ROWID;
                    CREATE TABLE journal(
                        persistence_id TEXT NOT NULL REFERENCES owners(persistence_id), sequence_nr INTEGER NOT NULL,
                        epoch INTEGER NOT NULL, type TEXT NOT NULL, payload BLOB NOT NULL,
                        PRIMARY KEY(persistence_id, sequence_nr));
                    CREATE TABLE snapshots(
                        persistence_id TEXT NOT NULL PRIMARY KEY REFERENCES owners(persistence_id), sequence_nr INTEGER NOT NULL,
                        type TEXT NOT NULL, payload BLOB NOT NULL);
                    PRAGMA user_version = {Version};
                    """);
                break;
            case Version:
                break;
            case var newer:
                throw new InvalidDataException(
                    $"The journal '{connection.DataSource}' has version {newer}, this program reads version {Version}. Use the newer program, or name another work folder.");
        }

        transaction.Commit();
    }

    private static int StoredVersion(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "PRAGMA user_version;";
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static void Run(SqliteConnection connection, string sql) => Run(connection, null, sql);

    private static void Run(SqliteConnection connection, SqliteTransaction? transaction, string sql)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
