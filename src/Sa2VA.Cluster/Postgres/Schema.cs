using System.Globalization;
using System.Reflection;
using Npgsql;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Postgres;

/// <summary>The tables, as a row of numbered SQL files in this assembly: what is missing is applied, all of it or nothing.</summary>
internal static class Schema
{
    private const string Folder = "Postgres/";

    // Any number will do that nobody else takes: the letters "Sa2VA".
    private const long MigrationLock = 0x5361325641;

    /// <summary>The migrations that this program knows: number 1 first.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } = Load();

    /// <exception cref="SettingsException">The database is of a newer program, or of another one.</exception>
    public static async Task ApplyAsync(NpgsqlConnection connection, string database, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(connection, $"SELECT pg_advisory_xact_lock({MigrationLock})", cancellationToken);
        await RunAsync(connection,
            "CREATE TABLE IF NOT EXISTS sa2va_schema (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
            cancellationToken);
        var applied = await AppliedAsync(connection, cancellationToken);
        Refuse(applied, database);
        foreach (var migration in Migrations.Skip(applied.Count))
        {
            await RunAsync(connection, migration.Sql, cancellationToken);
            await using var record = Sql.Command(connection, "INSERT INTO sa2va_schema (version, name) VALUES ($1, $2)", migration.Version, migration.Name);
            await record.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static void Refuse(IReadOnlyList<string> applied, string database)
    {
        if (applied.Count > Migrations.Count)
        {
            throw new SettingsException(
                $"The database {database} has schema version {applied.Count}, this program knows versions up to {Migrations.Count}. Use the newer program, or name another database.");
        }

        if (applied.Zip(Migrations).FirstOrDefault(pair => pair.First != pair.Second.Name) is { Second: { } expected, First: { } found })
        {
            throw new SettingsException(
                $"The database {database} has '{found}' where this program has '{expected.Name}': another program made it. Name another database.");
        }
    }

    private static async Task<List<string>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(connection, "SELECT name FROM sa2va_schema ORDER BY version");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var names = new List<string>();
        while (await row.ReadAsync(cancellationToken)) names.Add(row.GetString(0));
        return names;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        // The first to come may have much to do, and the others wait for him.
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Migration[] Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var migrations = assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(resource => Read(assembly, resource)).ToArray();
        for (var i = 0; i < migrations.Length; i++)
        {
            if (migrations[i].Version != i + 1) throw new InvalidOperationException($"Migration {i + 1} is missing in this program; the next is '{migrations[i].Name}'.");
        }

        return migrations;
    }

    private static Migration Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        var name = resource[Folder.Length..];
        return new Migration(int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name, reader.ReadToEnd());
    }
}

/// <summary>One step of the schema. A released one never changes.</summary>
internal sealed record Migration(int Version, string Name, string Sql);
