using System.Text.Json;
using System.Text.RegularExpressions;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Testing;

namespace Sa2VA.Models.Tests.Tracking;

/// <summary>One step of a recorded scenario, as <c>config.json</c> writes it.</summary>
public sealed record ScenarioStep
{
    public required string Op { get; init; }

    public int Frame { get; init; }

    public int Obj { get; init; }

    public float[][] Points { get; init; } = [];

    public int[] Labels { get; init; } = [];

    public float[]? Box { get; init; }

    public bool ClearOldPoints { get; init; } = true;

    public int? Start { get; init; }

    public int? Max { get; init; }

    public bool Reverse { get; init; }

    /// <summary>The box, where there is one, and the points as one prompt.</summary>
    public PointPrompt Prompt()
    {
        var box = Box is { } corners ? PointPrompt.Box(corners[0], corners[1], corners[2], corners[3]) : null;
        var clicks = new PointPrompt([.. Points.SelectMany(point => point)], Labels);
        return box?.Then(clicks) ?? clicks;
    }
}

/// <summary>A scenario of a recorded video: its steps, and the settings that differ from the folder's.</summary>
/// <param name="Folder">The golden folder.</param>
/// <param name="Name">The name before the variant.</param>
/// <param name="Variant">bf16mem or fp32mem.</param>
/// <param name="Steps">What was done, in order.</param>
/// <param name="Overrides">Settings under their official names.</param>
public sealed record Scenario(string Folder, string Name, string Variant, IReadOnlyList<ScenarioStep> Steps, IReadOnlyDictionary<string, JsonElement> Overrides)
{
    /// <summary>What the names of its tensors begin with.</summary>
    public string Prefix => $"{Name}.{Variant}.";
}

/// <summary>Finds the recorded videos and their scenarios.</summary>
public static partial class VideoGolden
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Every recorded (folder, scenario, variant).</summary>
    public static IEnumerable<TheoryDataRow<string, string, string>> All()
    {
        foreach (var folder in Golden.Folders("sam2", "video_"))
        {
            using var golden = Golden.Open(folder);
            foreach (var (scenario, variant) in golden.Names.Select(name => RecordedName().Match(name)).Where(match => match.Success)
                         .Select(match => (match.Groups["scenario"].Value, match.Groups["variant"].Value)).Distinct())
                yield return new(folder, scenario, variant);
        }
    }

    /// <summary>Reads a scenario, whether listed or derived from a listed one by its suffix.</summary>
    public static Scenario Read(GoldenFolder golden, string name, string variant)
    {
        var scenarios = golden.Config.GetProperty("scenarios");
        var overrides = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var listed = name;
        if (!scenarios.TryGetProperty(name, out var scenario))
        {
            var derived = DerivedName().Match(name);
            listed = derived.Groups["base"].Value;
            if (!scenarios.TryGetProperty(listed, out scenario))
                throw new InvalidDataException($"'{golden.Name}' records scenario '{name}', but its config.json neither lists it nor one it is derived from.");
            if (derived.Groups["area"].Success) overrides["fill_hole_area"] = JsonSerializer.SerializeToElement(int.Parse(derived.Groups["area"].Value));
            if (derived.Groups["overlap"].Success) overrides["non_overlap_masks"] = overrides["non_overlap_masks_for_mem_enc"] = JsonSerializer.SerializeToElement(true);
        }

        var steps = scenario;
        if (scenario.ValueKind == JsonValueKind.Object)
        {
            steps = scenario.GetProperty("steps");
            foreach (var setting in scenario.GetProperty("override").EnumerateObject()) overrides[setting.Name] = setting.Value;
        }
        return new Scenario(golden.Name, name, variant, steps.Deserialize<List<ScenarioStep>>(Json)!, overrides);
    }

    /// <summary>The model's settings with the scenario's put over them.</summary>
    public static JsonElement Sam2Settings(GoldenFolder golden, Scenario scenario)
    {
        var settings = golden.Config.GetProperty("sam2").Deserialize<Dictionary<string, JsonElement>>()!;
        foreach (var (name, value) in scenario.Overrides) settings[name] = value;
        return JsonSerializer.SerializeToElement(settings);
    }

    [GeneratedRegex(@"^(?<scenario>[^.]+)\.(?<variant>bf16mem|fp32mem)\.", RegexOptions.ExplicitCapture)]
    private static partial Regex RecordedName();

    [GeneratedRegex(@"^(?<base>.+?)(_fill_hole_area(?<area>\d+)|(?<overlap>_non_overlap))$", RegexOptions.ExplicitCapture)]
    private static partial Regex DerivedName();
}
