using System.Globalization;
using Npgsql;
using Sa2VA.Cluster.FaultTests;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.Settings;
using StackExchange.Redis;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>What a cluster on this machine has used so far.</summary>
/// <param name="Nodes">Processor time of this process, in seconds.</param>
/// <param name="Postgres">Of PostgreSQL.</param>
/// <param name="RabbitMq">Of RabbitMQ.</param>
/// <param name="Redis">Of Redis.</param>
/// <param name="DatabaseBytes">Size of the database.</param>
/// <param name="BrokerBytes">What RabbitMQ has on the disk.</param>
/// <param name="MaskBytes">Memory of Redis.</param>
internal sealed record ClusterFigures(double Nodes, double Postgres, double RabbitMq, double Redis, long DatabaseBytes, long BrokerBytes, long MaskBytes)
{
    public static async Task<ClusterFigures> ReadAsync(TestCluster cluster)
    {
        var servers = cluster.Servers;
        var (postgres, rabbitMq, redis) = (
            ProcessorTime.OfTree(servers.Postgres.ProcessId!.Value), ProcessorTime.OfTree(servers.RabbitMq.ProcessId!.Value), ProcessorTime.OfTree(servers.Redis.ProcessId!.Value));
        return new ClusterFigures(
            // The servers are children of this process.
            ProcessorTime.OfTree(Environment.ProcessId) - postgres - rabbitMq - redis, postgres, rabbitMq, redis,
            await DatabaseAsync(cluster.Endpoints.Postgres), BytesIn(servers.RabbitMq.Folder), await MasksAsync(servers.Redis));
    }

    public static ClusterFigures operator -(ClusterFigures after, ClusterFigures before) => new(
        after.Nodes - before.Nodes, after.Postgres - before.Postgres, after.RabbitMq - before.RabbitMq, after.Redis - before.Redis,
        after.DatabaseBytes - before.DatabaseBytes, after.BrokerBytes - before.BrokerBytes, after.MaskBytes - before.MaskBytes);

    /// <summary>What one of so many videos cost.</summary>
    public string PerVideo(long videos) => string.Create(CultureInfo.InvariantCulture,
        $"processor time a video: nodes {Nodes * 1000 / videos:F2} ms, PostgreSQL {Postgres * 1000 / videos:F2} ms, RabbitMQ {RabbitMq * 1000 / videos:F2} ms, Redis {Redis * 1000 / videos:F2} ms; " +
        $"growth: database {DatabaseBytes / (double)videos:F0} bytes a video ({DatabaseBytes >> 20} MiB), broker's folder {BrokerBytes >> 20} MiB, Redis {MaskBytes / (double)videos:F0} bytes a video ({MaskBytes >> 20} MiB)");

    private static async Task<long> DatabaseAsync(ServerEndpoint endpoint)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = endpoint.Host, Port = endpoint.Port, Username = endpoint.User, Password = endpoint.Password!.Reveal(), Database = endpoint.Space, Pooling = false,
        }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_database_size(current_database())", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<long> MasksAsync(LocalRedis server)
    {
        var options = new ConfigurationOptions { Password = server.Endpoint.Password!.Reveal() };
        options.EndPoints.Add(server.Endpoint.Host, server.Endpoint.Port);
        using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        var information = (string)(await redis.GetDatabase().ExecuteAsync("INFO", "memory"))!;
        var line = information.Split("\r\n").First(line => line.StartsWith("used_memory:", StringComparison.Ordinal));
        return long.Parse(line["used_memory:".Length..], CultureInfo.InvariantCulture);
    }

    private static long BytesIn(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(LengthOf);

    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0; // the server has just removed it
        }
    }
}
