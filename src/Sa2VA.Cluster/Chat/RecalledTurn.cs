namespace Sa2VA.Cluster.Chat;

/// <summary>A turn of a conversation as it was had before.</summary>
/// <param name="Question">What a person wrote.</param>
/// <param name="AsksForMask">Whether it said what to segment.</param>
/// <param name="TokenIds">All tokens of the answer, at least one.</param>
/// <param name="Complete">Whether the answer came to its end.</param>
public sealed record RecalledTurn(string Question, bool AsksForMask, IReadOnlyList<int> TokenIds, bool Complete);
