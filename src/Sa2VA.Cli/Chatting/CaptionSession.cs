using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cli.Output;
using Sa2VA.Cluster.Chat;
using Sa2VA.Media.Masks;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cli.Chatting;

/// <summary>One <c>sa2va caption</c>: a caption whose phrases have masks.</summary>
internal static class CaptionSession
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static async Task<int> ExecuteAsync(ChatArguments arguments, CancellationToken cancellationToken)
    {
        OutputFolder.Prepare(arguments.OutputFolder);
        await using var chat = await OpenChat.OpenAsync(arguments, cancellationToken);
        if (!chat.Session.SaysCaptions)
            throw new CliException(ExitCodes.Model, $"'{arguments.Model}' is a UniPixel: it answers questions and finds what sentences mean, but was not trained to describe with masks. Give a Sa2VA folder, or ask: sa2va chat.");
        var answer = await chat.Session.AskAsync(GroundedCaption.Request, arguments.Ask, cancellationToken: cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var caption = GroundedCaption.Of(answer, chat.Session.Tokenizer);
        var objects = AnswerObjects.Of(answer, caption, "(no phrase)");

        var (files, stills) = (new List<string>(), new Dictionary<int, Rle>());
        if (objects.Count > 0)
        {
            var source = chat.Session.Source!;
            files.AddRange(await FollowedFiles.WriteAsync(
                arguments.OutputFolder, source, objects, answer.Text, chat.Session.FollowAsync(objects, cancellationToken), Keep, cancellationToken));

            void Keep(FollowedFrame frame)
            {
                if (!source.IsStill) return;
                foreach (var mask in frame.Masks) stills[mask.ObjectId] = RleCodec.Encode(mask.Pixels, source.Height, source.Width);
            }
        }

        var told = Told(answer, caption, stills);
        var path = Path.Combine(arguments.OutputFolder, "caption.json");
        OutputFolder.Write(path, file => JsonSerializer.Serialize(file, told, Indented));
        files.Insert(0, path);
        Show(arguments.Json, answer, caption, told, files);
        return ExitCodes.Success;
    }

    private static JsonObject Told(Answer answer, GroundedCaption caption, Dictionary<int, Rle> stills) => new()
    {
        ["format"] = "sa2va-caption",
        ["version"] = 1,
        ["caption"] = caption.Text,
        ["answer"] = answer.Text,
        ["complete"] = answer.Complete,
        ["phrases"] = new JsonArray([.. caption.Phrases.Select(phrase =>
        {
            var told = new JsonObject { ["text"] = caption.TextOf(phrase), ["start"] = phrase.Start, ["length"] = phrase.Length, ["object"] = phrase.Segment + 1 };
            if (phrase.Segment is { } segment && stills.TryGetValue(segment + 1, out var rle))
                told["segmentation"] = new JsonObject { ["size"] = new JsonArray([(JsonNode)rle.Height, (JsonNode)rle.Width]), ["counts"] = rle.Counts };
            return (JsonNode)told;
        })]),
    };

    private static void Show(bool json, Answer answer, GroundedCaption caption, JsonObject told, List<string> files)
    {
        if (json)
        {
            told["type"] = "caption";
            told["files"] = new JsonArray([.. files.Select(file => (JsonNode)file)]);
            Console.Out.WriteLine(told.ToJsonString());
            Console.Out.WriteLine(new JsonObject { ["type"] = "result", ["outcome"] = "completed", ["exitCode"] = ExitCodes.Success }.ToJsonString());
            return;
        }

        Console.Out.WriteLine(caption.Text);
        foreach (var phrase in caption.Phrases)
            Console.Out.WriteLine($"  {(phrase.Segment is { } segment ? $"{segment + 1,3}" : "  -")}  {(phrase.Length > 0 ? caption.TextOf(phrase) : "(no phrase)")}");
        foreach (var file in files)
            Console.Out.WriteLine($"  {file}");
        if (!answer.Complete)
            Console.Error.WriteLine("sa2va: the caption was cut off; --max-tokens allows longer ones");
    }
}
