using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Annotation.Describing;

/// <summary>The field that limits an answer's tokens; servers differ.</summary>
public enum TokenField
{
    /// <summary><c>max_tokens</c>, which most servers take.</summary>
    MaxTokens,

    /// <summary><c>max_completion_tokens</c>, which newer models of OpenAI want instead.</summary>
    MaxCompletionTokens,
}

/// <summary>A server that speaks OpenAI's chat completions, and how patient to be with it.</summary>
public sealed record EndpointOptions
{
    /// <summary>What stands before <c>/chat/completions</c>, as <see cref="EndpointAddress.Parse"/> makes it.</summary>
    public required Uri Address { get; init; }

    /// <summary>The model, as the server calls it.</summary>
    public required string Model { get; init; }

    /// <summary>Sent as a bearer token; null for servers that want none.</summary>
    public Secret? Key { get; init; }

    /// <summary>Time for one request, the answer included. Default 3 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How often a request is made again that was refused for the moment. Default 6.</summary>
    public int Retries { get; init; } = 6;

    /// <summary>Pause before the first time; it doubles with each. Default one second. What the server asks for counts where it is more.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause of our own. Default one minute.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest pause that a server may ask for; for more the work is stopped. Default 10 minutes.</summary>
    public TimeSpan LongestAsked { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Sampling temperature; null leaves it to the server.</summary>
    public double? Temperature { get; init; }

    /// <summary>How the limit of tokens is told.</summary>
    public TokenField TokenField { get; init; }

    /// <summary>The clock of the pauses.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
