using Sa2VA.Cluster.Runs;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Grounding;

/// <summary>What the language model is asked about a video.</summary>
/// <param name="Target">The target that it is for, by its index.</param>
/// <param name="Text">What a person wrote; of a caption, the request.</param>
/// <param name="Kind">How it is put, and how the answer is read.</param>
internal readonly record struct VideoQuestion(int Target, string Text, QuestionKind Kind)
{
    /// <summary>The question of a target; null for what is shown by hand.</summary>
    public static VideoQuestion? Of(int index, RunTarget target) => target switch
    {
        RunTarget.Expression(var text) => new VideoQuestion(index, text, QuestionKind.Sentence),
        RunTarget.Question(var text) => new VideoQuestion(index, text, QuestionKind.Plain),
        RunTarget.Caption => new VideoQuestion(index, GroundedCaption.Request, QuestionKind.Caption),
        _ => null,
    };
}

/// <summary>Kinds of questions.</summary>
internal enum QuestionKind
{
    /// <summary>It says what to outline, and is put in the words that the model was trained with.</summary>
    Sentence,

    /// <summary>Whether that is there at all, asked in words.</summary>
    Presence,

    /// <summary>It is passed on as it is, and answered in words.</summary>
    Plain,

    /// <summary>It asks for a description with masks.</summary>
    Caption,
}
