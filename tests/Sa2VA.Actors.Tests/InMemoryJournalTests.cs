using Sa2VA.Actors.Journaling;

namespace Sa2VA.Actors.Tests;

public sealed class InMemoryJournalTests : JournalConformance
{
    protected override IJournal Journal { get; } = new InMemoryJournal();
}
