namespace Sa2VA.Models.Tokenizers.SentencePiece;

/// <summary>An algorithm that cuts normalised text into pieces.</summary>
internal interface IPieceCutter
{
    /// <summary>Adds the ids of a text.</summary>
    void Cut(string text, List<int> ids);
}
