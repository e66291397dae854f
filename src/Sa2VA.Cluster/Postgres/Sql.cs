using Npgsql;

namespace Sa2VA.Cluster.Postgres;

/// <summary>Statements with their values in order: <c>$1</c>, <c>$2</c>, ...; null is SQL's.</summary>
internal static class Sql
{
    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        Add(command.Parameters, values);
        return command;
    }

    public static NpgsqlCommand Command(NpgsqlDataSource source, string sql, params ReadOnlySpan<object?> values)
    {
        var command = source.CreateCommand(sql);
        Add(command.Parameters, values);
        return command;
    }

    public static NpgsqlBatchCommand InBatch(string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        Add(command.Parameters, values);
        return command;
    }

    private static void Add(NpgsqlParameterCollection parameters, ReadOnlySpan<object?> values)
    {
        foreach (var value in values) parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
    }
}
