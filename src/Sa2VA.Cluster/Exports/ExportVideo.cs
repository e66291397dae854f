using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Exports;

/// <summary>A video with stored masks, as the formats want it: from a run on this machine or from a cluster.</summary>
public sealed record ExportVideo
{
    /// <summary>Its name in the export, fit for a file: letters, digits, '.', '_' and '-'. Unique within one export.</summary>
    public required string Name { get; init; }

    /// <summary>Pixels of every mask.</summary>
    public required int Width { get; init; }

    /// <inheritdoc cref="Width"/>
    public required int Height { get; init; }

    /// <summary>Everything tracked or found absent, by id.</summary>
    public required IReadOnlyList<ExportObject> Objects { get; init; }

    /// <summary>What was said about it in words; null when that is not known.</summary>
    public VideoSayings? Said { get; init; }

    /// <summary>Changes when any mask does: by it an export that was stopped knows that it goes on with the same masks.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The stored steps in order; may be called again.</summary>
    public required Func<CancellationToken, IAsyncEnumerable<StoredStep>> ReadAsync { get; init; }

    /// <summary>Brings the video itself here, for formats that show it; null when it is not known.</summary>
    public Func<CancellationToken, Task<Nodes.LocalVideo>>? OpenAsync { get; init; }

    /// <summary>What was asked, by <see cref="NumberOf"/>: the objects' labels without their numbers.</summary>
    public IReadOnlyDictionary<int, string> Expressions => Objects.GroupBy(NumberOf).ToDictionary(group => group.Key, group => ExpressionOf([.. group]));

    /// <summary>The number of an object's expression: that of its question. Of a caption each phrase is one, and they are numbered after all questions.</summary>
    public int NumberOf(ExportObject one)
    {
        ArgumentNullException.ThrowIfNull(one);
        return Said?.Caption is { } caption && one.Target == caption.Target
            ? Objects.Max(other => other.Target) + 1 + Objects.Count(other => other.Target == caption.Target && other.Id < one.Id) : one.Target;
    }

    /// <summary>The same video with one of its objects.</summary>
    /// <param name="objectId">Which.</param>
    /// <exception cref="ExportException">It has no such object.</exception>
    public ExportVideo Only(int objectId)
    {
        var one = Objects.FirstOrDefault(one => one.Id == objectId) ?? throw new ExportException($"'{Name}' has no object {objectId}; it has 1 to {Objects.Count}.");
        return this with { Objects = [one], Fingerprint = $"{objectId}:{one.Chain}", ReadAsync = stop => ReadAsync(stop).Select(step => step with { Masks = [.. step.Masks.Where(mask => mask.ObjectId == objectId)] }) };
    }

    private static string ExpressionOf(IReadOnlyList<ExportObject> objects)
    {
        var label = objects[0].Label;
        return objects.Count > 1 && label.EndsWith(" (1)", StringComparison.Ordinal) ? label[..^4] : label;
    }
}

/// <summary>One object of a video.</summary>
/// <param name="Id">From 1.</param>
/// <param name="Target">The question that it answers, from 0.</param>
/// <param name="Label">In words.</param>
/// <param name="Answer">What the language model said; null when it was not asked.</param>
/// <param name="IsAbsent">It was found not to be there: every mask is empty.</param>
public sealed record ExportObject(int Id, int Target, string Label, string? Answer, bool IsAbsent)
{
    /// <summary>SHA-256 chain over its mask blocks; null when it is not known.</summary>
    public string? Chain { get; init; }
}

/// <summary>An export cannot be made, for a reason that a person can act on.</summary>
public sealed class ExportException(string message, Exception? inner = null) : Exception(message, inner);
