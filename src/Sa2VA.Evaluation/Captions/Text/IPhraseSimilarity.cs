namespace Sa2VA.Evaluation.Captions.Text;

/// <summary>How much two phrases mean the same. Implementations may be used by several threads.</summary>
public interface IPhraseSimilarity
{
    /// <summary>What reports call it: figures of different measures cannot be compared.</summary>
    string Name { get; }

    /// <summary>From 0 to 1.</summary>
    double Of(string one, string other);
}
