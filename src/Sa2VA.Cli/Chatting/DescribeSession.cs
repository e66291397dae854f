using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cli.Output;
using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;
using Sa2VA.Tensors;

namespace Sa2VA.Cli.Chatting;

/// <summary>One <c>sa2va describe</c>: what is shown is outlined, and then the model is asked about it.</summary>
internal static class DescribeSession
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static async Task<int> ExecuteAsync(ChatArguments arguments, IReadOnlyList<RunTarget> shown, IReadOnlyList<string> questions, CancellationToken cancellationToken)
    {
        OutputFolder.Prepare(arguments.OutputFolder);
        torch.set_num_threads(arguments.Threads);
        List<FollowedObject> regions = [.. shown.Cast<RunTarget.Prompted>().Select((one, place) => new FollowedObject(place + 1, LabelOf(one, place)) { Shown = one.Prompts })];
        await using var host = new ModelHost(new ModelChoice(arguments.Model, arguments.Variant), arguments.Device);
        var describer = await RegionDescriber.OpenAsync(host, arguments.Request.Source!, regions, questions, arguments.Request.KeyFrames, cancellationToken);
        if (arguments.IsPicture && !describer.Source.IsStill)
            throw new CliException(ExitCodes.Usage, $"'{describer.Source.Path}' is a video: give it with --video.");
        var files = await FollowedFiles.WriteAsync(arguments.OutputFolder, describer.Source, regions, answer: null, describer.FollowAsync(cancellationToken), seen: null, cancellationToken);

        var answers = new List<RegionAnswer>();
        await foreach (var answer in describer.AskAsync(questions, arguments.Ask, cancellationToken))
        {
            answers.Add(answer);
            Show(arguments.Json, describer.Source, answer);
        }

        var path = Path.Combine(arguments.OutputFolder, "describe.json");
        OutputFolder.Write(path, file => JsonSerializer.Serialize(file, Told(regions, answers), Indented));
        End(arguments.Json, regions, answers, [path, .. files]);
        return ExitCodes.Success;
    }

    /// <summary>What a person calls it, and what questions call it.</summary>
    private static string LabelOf(RunTarget.Prompted one, int place) => string.Create(CultureInfo.InvariantCulture, $"region{place + 1}: {one.Label}");

    private static JsonObject Json(RegionAnswer answer) => new()
    {
        ["frame"] = answer.Frame,
        ["seconds"] = Math.Round(answer.Seconds, 6),
        ["regions"] = new JsonArray([.. answer.Regions.Select(number => (JsonNode)number)]),
        ["question"] = answer.Question,
        ["answer"] = answer.Answer.Text,
        ["complete"] = answer.Answer.Complete,
    };

    private static JsonObject Told(IReadOnlyList<FollowedObject> regions, IReadOnlyList<RegionAnswer> answers) => new()
    {
        ["format"] = "sa2va-describe",
        ["version"] = 1,
        ["regions"] = new JsonArray([.. regions.Select(one => (JsonNode)new JsonObject { ["region"] = one.ObjectId, ["label"] = one.Label, ["seen"] = answers.Any(answer => answer.Regions.Contains(one.ObjectId)) })]),
        ["answers"] = new JsonArray([.. answers.Select(answer => (JsonNode)Json(answer))]),
    };

    private static void Show(bool json, VideoInfo source, RegionAnswer answer)
    {
        if (json)
        {
            var line = Json(answer);
            line.Insert(0, "type", "answer");
            Console.Out.WriteLine(line.ToJsonString());
            return;
        }

        Console.Out.WriteLine(source.IsStill ? $"> {answer.Question}" : string.Create(CultureInfo.InvariantCulture, $"> {answer.Question}  (frame {answer.Frame}, {answer.Seconds:0.00} s)"));
        Console.Out.WriteLine(answer.Answer.Text);
    }

    private static void End(bool json, IReadOnlyList<FollowedObject> regions, List<RegionAnswer> answers, IReadOnlyList<string> files)
    {
        if (json)
        {
            Console.Out.WriteLine(new JsonObject
            {
                ["type"] = "result", ["outcome"] = "completed", ["exitCode"] = ExitCodes.Success, ["answers"] = answers.Count, ["files"] = new JsonArray([.. files.Select(file => (JsonNode)file)]),
            }.ToJsonString());
            return;
        }

        foreach (var file in files) Console.Out.WriteLine($"  {file}");
        foreach (var hidden in regions.Where(one => !answers.Exists(answer => answer.Regions.Contains(one.ObjectId))))
            Console.Error.WriteLine($"sa2va: {hidden.Label} is to be seen on none of the frames that were looked at, or no question was about it; --keyframes N looks at more");
    }
}
