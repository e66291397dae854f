using System.Text.Json;

namespace Sa2VA.Cluster.Verification;

/// <summary>
/// Turns evidence into a probability by logistic regression. The weights are fitted to a model's own mistakes on a dataset with known truth
/// (<c>sa2va eval --verify</c> does it); a model folder brings its own in <c>presence.json</c>. Where there is none the answers alone decide.
/// </summary>
/// <param name="Weights">Of <see cref="Features"/>, in their order; the last one may be missing, and is then not weighed.</param>
/// <param name="PresentFrom">At least this probability is "present".</param>
/// <param name="AbsentTo">At most this is "absent".</param>
public sealed record PresenceModel(IReadOnlyList<double> Weights, double PresentFrom, double AbsentTo)
{
    /// <summary>The file's name in a model folder.</summary>
    public const string FileName = "presence.json";

    private const string Format = "sa2va-presence";

    // What was not asked in words speaks neither for it nor against it.
    private const double NotSaid = 0.5;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The answers alone: all agree, or it is unsure.</summary>
    public static PresenceModel Uncalibrated { get; } = new([-4, 8, 0, 0, 0], 0.95, 0.05);

    /// <summary>The names of the features, in order.</summary>
    public static IReadOnlyList<string> Features { get; } = ["constant", "share of answers with an object", "coverage", "decades of area above 1e-4", "object score / 10", "said yes"];

    /// <summary>Features that there always are; those after them may be left out of a calibration.</summary>
    public static int LeastFeatures => Features.Count - 1;

    /// <summary>Whether the answer in words is weighed.</summary>
    public bool WeighsWords => Weights.Count == Features.Count;

    /// <summary>What the weights multiply.</summary>
    public static double[] FeaturesOf(PresenceEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return
        [
            1, evidence.Asked == 0 ? 0 : evidence.Found / (double)evidence.Asked, evidence.Coverage,
            Math.Max(0, Math.Log10(Math.Max(evidence.Area, 1e-12)) + 4), Math.Clamp(evidence.ObjectScore, -20, 20) / 10,
            evidence.SaidYes ?? NotSaid,
        ];
    }

    /// <summary>The probability that what was asked for is there.</summary>
    public double Probability(PresenceEvidence evidence) => 1 / (1 + Math.Exp(-FeaturesOf(evidence).Zip(Weights, static (x, w) => x * w).Sum()));

    /// <summary>What a probability is called.</summary>
    public Presence Call(double probability) => probability >= PresentFrom ? Presence.Present : probability <= AbsentTo ? Presence.Absent : Presence.Unsure;

    /// <summary>The model folder's own, or <see cref="Uncalibrated"/>.</summary>
    /// <exception cref="InvalidDataException">There is a file, and it is not one of ours.</exception>
    public static PresenceModel Of(string modelFolder)
    {
        var path = Path.Combine(modelFolder, FileName);
        if (!File.Exists(path)) return Uncalibrated;
        try
        {
            var content = JsonSerializer.Deserialize<FileContent>(File.ReadAllBytes(path), Json);
            if (content is { Format: Format, Version: 1, Weights.Count: var count } && count >= LeastFeatures && count <= Features.Count && content.Weights.All(double.IsFinite)
                && content.AbsentTo is >= 0 and <= 1 && content.PresentFrom > content.AbsentTo && content.PresentFrom <= 1)
                return new PresenceModel(content.Weights, content.PresentFrom, content.AbsentTo);
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new InvalidDataException($"'{path}' is not a file that 'sa2va eval --verify --calibrate' writes: it needs \"format\": \"{Format}\", \"version\": 1, {LeastFeatures} or {Features.Count} \"weights\", and 0 <= \"absentTo\" < \"presentFrom\" <= 1. Write it again, or delete it.");
    }

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where.</param>
    /// <param name="from">What it was fitted to, for people.</param>
    public void Write(string path, string from)
        => File.WriteAllBytes(path, [.. JsonSerializer.SerializeToUtf8Bytes(new FileContent(Format, 1, from, [.. Features.Take(Weights.Count)], Weights, PresentFrom, AbsentTo), Json), (byte)'\n']);

    private sealed record FileContent(string? Format, int Version, string? FittedTo, IReadOnlyList<string>? Features, IReadOnlyList<double> Weights, double PresentFrom, double AbsentTo);
}
