using Sa2VA.Tensors;

namespace Sa2VA.Models.LanguageModels;

/// <summary>
/// Pieces of a flat sequence of n tokens that attend alike, T pieces of equal length side by side: each query sees all keys that stand
/// before its own piece, and its piece up to itself. Shorter pieces are filled up at the end with any rows; what they give is not used.
/// </summary>
/// <param name="Queries">[T · q] int64: rows of the flat sequence, piece by piece.</param>
/// <param name="Keys">[T · k] int64, k at least q: what stands before the piece, then the piece.</param>
/// <param name="Pieces">T</param>
/// <param name="Mask">[1, 1, q, k] in the compute type: 0 where a query sees a key, very negative elsewhere.</param>
public sealed record AttentionSpan(Tensor Queries, Tensor Keys, long Pieces, Tensor Mask);

/// <summary>Who sees whom in a flat sequence, so that only those pairs cost anything.</summary>
/// <param name="Spans">Every token is a query of one of them.</param>
/// <param name="Places">[n] int64: for each token its row among the queries of all spans, one after another.</param>
public sealed record AttentionSpans(IReadOnlyList<AttentionSpan> Spans, Tensor Places);
