using System.Collections.Immutable;

namespace Sa2VA.Models.Checkpoints;

/// <summary>What an inspection found out about a model folder.</summary>
public sealed record ModelReport
{
    /// <summary>The folder.</summary>
    public required string Path { get; init; }

    /// <summary>What it is.</summary>
    public required ModelKind Kind { get; init; }

    /// <summary>One line for people: "Sa2VA-i (InternVL, Qwen2) with SAM 2.0 Hiera-L at 1024".</summary>
    public required string Title { get; init; }

    /// <summary>The class of the language model, such as <c>Qwen2ForCausalLM</c>; null for a tracker alone.</summary>
    public string? LanguageModel { get; init; }

    /// <summary>The chat template that config.json names.</summary>
    public string? Template { get; init; }

    /// <summary>The tracker; null when its tensors are missing.</summary>
    public Sam2Shape? Tracker { get; init; }

    /// <summary>Side of the tracker's square input, in pixels.</summary>
    public int ImageSize { get; init; }

    /// <summary>The inference protocol that the weights were trained for: <c>sa2va</c>, <c>sa2va-i</c> or <c>unipixel</c>; null for a tracker alone.</summary>
    public string? Protocol { get; init; }

    /// <summary>The weight files and their sizes in bytes.</summary>
    public required ImmutableArray<(string Name, long Bytes)> Files { get; init; }

    /// <summary>The parts of the model.</summary>
    public required ImmutableArray<ModelPart> Parts { get; init; }

    /// <summary>The tokenizer; null for a model without one.</summary>
    public TokenizerSummary? Tokenizer { get; init; }

    /// <summary>What it will need in memory.</summary>
    public required MemoryEstimate Memory { get; init; }

    /// <summary>Why the folder cannot be run as it is, one sentence each; empty when it can.</summary>
    public required ImmutableArray<string> Problems { get; init; }

    /// <summary>Number of values in all parts.</summary>
    public long Parameters => Parts.Sum(part => part.Parameters);

    /// <summary>Whether nothing stands against running it.</summary>
    public bool IsUsable => Problems.IsEmpty;
}
