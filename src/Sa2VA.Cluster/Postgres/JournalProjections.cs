using Npgsql;
using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Postgres;

/// <summary>Several projections of one journal, each of its own kind of ids.</summary>
public sealed class JournalProjections(params IReadOnlyList<IJournalProjection> all) : IJournalProjection
{
    /// <inheritdoc/>
    public IEnumerable<NpgsqlBatchCommand> Project(string persistenceId, long epoch, IReadOnlyList<JournalEntry> entries)
        => all.SelectMany(projection => projection.Project(persistenceId, epoch, entries));
}
