using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Conversations;

/// <summary>What a conversation is about, and how it is had. It never changes.</summary>
public sealed record ConversationRequest
{
    /// <summary>The model by the name that nodes give it.</summary>
    public required string Model { get; init; }

    /// <summary>The video or picture, named as jobs name sources; null for nothing to see.</summary>
    public string? Source { get; init; }

    /// <summary>Looks at this frame of a video alone, as at a still picture. Null looks at key frames.</summary>
    public int? Frame { get; init; }

    /// <summary>Frames of a video that the language model sees. Default 5, 1 to 64.</summary>
    public int KeyFrames { get; init; } = 5;

    /// <summary>Most tokens of an answer. Default 2048, 1 to 8192.</summary>
    public int MaxNewTokens { get; init; } = 2048;

    /// <summary>Draws tokens instead of taking the likeliest one: below 1 more likely ones, above 1 less likely ones. Default 0, the likeliest; else 0.01 to 100.</summary>
    public double Temperature { get; init; }

    /// <summary>Draws from the likeliest tokens only that have this probability together. Default 1, all; above 0.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Decides the draws; every turn draws for itself, and the same again when it is answered again.</summary>
    public ulong Seed { get; init; }

    /// <summary>For people.</summary>
    public string? Title { get; init; }

    /// <summary>How the question of a turn, from 1, is asked.</summary>
    internal AskOptions OptionsAt(int turn) => new()
    {
        MaxNewTokens = MaxNewTokens,
        Sampling = Temperature == 0 && TopP >= 1 ? null : new SamplingOptions { Temperature = Temperature == 0 ? 1 : Temperature, TopP = TopP, Seed = Seed + (ulong)(turn - 1) },
    };
}
