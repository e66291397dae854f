using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Jobs;

/// <summary>Jobs and targets as they are stored. A stored one is understood for ever.</summary>
internal static class JobJson
{
    // A database may give the members of an object back in another order, the one that says the type among them.
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() }, AllowOutOfOrderMetadataProperties = true,
    };

    public static string Write(JobRequest job) => JsonSerializer.Serialize(job, Options);

    public static byte[] WriteTargets(IReadOnlyList<RunTarget> targets) => JsonSerializer.SerializeToUtf8Bytes(targets, Options);

    public static JobRequest ReadJob(string json) => JsonSerializer.Deserialize<JobRequest>(json, Options) ?? throw Empty();

    public static IReadOnlyList<RunTarget> ReadTargets(string json) => JsonSerializer.Deserialize<IReadOnlyList<RunTarget>>(json, Options) ?? throw Empty();

    private static InvalidDataException Empty() => new("The database has an empty value where a job or its targets should be.");
}
