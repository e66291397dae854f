namespace Sa2VA.Cluster.Grounding;

/// <summary>What the language model is asked about a video.</summary>
/// <param name="Target">The target that it is for, by its index.</param>
/// <param name="Text">What a person wrote.</param>
/// <param name="Kind">How it is put, and how the answer is read.</param>
internal readonly record struct VideoQuestion(int Target, string Text, QuestionKind Kind);

/// <summary>Kinds of questions.</summary>
internal enum QuestionKind
{
    /// <summary>It says what to outline, and is put in the words that the model was trained with.</summary>
    Sentence,

    /// <summary>Whether that is there at all, asked in words.</summary>
    Presence,
}
