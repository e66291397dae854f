using Npgsql;
using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Postgres;

/// <summary>Copies what a journal says into tables that are read in other ways.</summary>
public interface IJournalProjection
{
    /// <summary>
    /// Statements for the transaction that appends the entries, run after the append was accepted and in the same round trip; none for ids
    /// that are not of this projection's kind. One that fails takes the append with it. Called again when an append is repeated.
    /// </summary>
    IEnumerable<NpgsqlBatchCommand> Project(string persistenceId, long epoch, IReadOnlyList<JournalEntry> entries);
}
