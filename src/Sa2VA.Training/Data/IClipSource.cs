namespace Sa2VA.Training.Data;

/// <summary>Where training clips come from: a dataset, read again and again, or one that never ends. Thread-safe.</summary>
public interface IClipSource
{
    /// <summary>How many classes each kind of dense label has; empty without labels.</summary>
    IReadOnlyList<int> ClassSizes { get; }

    /// <summary>The clip of a number. The same number always gives the same clip; neighbouring numbers give different ones.</summary>
    TrainingClip Clip(long number);

    /// <summary>Texts as the model will read and say them, for learning a tokenizer.</summary>
    IEnumerable<string> Texts(int clips);
}
