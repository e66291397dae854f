using System.Text.Json.Nodes;
using Sa2VA.Cli.Commands;
using Sa2VA.Cli.Display;
using Sa2VA.Media.Masks;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;

namespace Sa2VA.Cli.Output;

/// <summary>Makes the files of a run from its stored masks and a second decode of the video, so that they do not depend on how often it was resumed.</summary>
internal sealed record OutputFiles(IReadOnlyList<string> Paths)
{
    public static async Task<OutputFiles> WriteAsync(
        RunArguments arguments, RunResult result, IProgress<RunStatus> progress, CancellationToken cancellationToken)
    {
        var paths = new List<string> { AnswerFile.Write(arguments, result) };
        var video = arguments.Request.Video;
        var info = await MediaProbe.ProbeAsync(video, MediaLimits.Default, cancellationToken);
        var sinks = new List<IFrameSink>();
        try
        {
            AddSinks(sinks, arguments, info, result);
            // Where only words were asked for there is nothing to draw.
            if (result.Objects.Count > 0)
                await FeedAsync(sinks, video, info, result, progress, cancellationToken);
            foreach (var sink in sinks)
            {
                await sink.CompleteAsync(cancellationToken);
                paths.Add(sink.Path);
            }

            return new OutputFiles(paths);
        }
        catch (MediaException e) when (e.Kind is MediaErrorKind.ToolFailed)
        {
            throw new CliException(ExitCodes.Output, e.Message + " The masks are stored; run the same command again to write the files.", e);
        }
        finally
        {
            foreach (var sink in sinks)
                await sink.DisposeAsync();
        }
    }

    private static void AddSinks(List<IFrameSink> sinks, RunArguments arguments, VideoInfo info, RunResult result)
    {
        var folder = arguments.OutputFolder;
        IReadOnlyList<(string, JsonNode?)> notes =
        [
            ("questions", SayingsJson.Questions(result.Said)), ("caption", SayingsJson.Caption(result.Said)),
            ("presence", ResultJson.Presence(result)), ("corrections", ResultJson.Corrections(result)),
        ];
        sinks.Add(new MasksJsonSink(folder, arguments.Request.Video, info, ResultJson.Objects(result), result.FramesDone == result.FramesTotal, notes, arguments.Boxes));
        if (result.Objects.Count == 0)
            return;
        sinks.AddRange(ForPeople(folder, info, result.FramesDone, result.Frames.Stride, arguments.Overlay));
        if (arguments.PalettePngs)
            sinks.Add(new PaletteSink(folder, result.Objects.Count));
    }

    /// <summary>What people look at: of a video a sheet and the overlay, of a picture the picture.</summary>
    internal static IEnumerable<IFrameSink> ForPeople(string folder, VideoInfo info, int frames, int stride, bool overlay)
    {
        if (!info.IsStill)
            yield return new SheetSink(folder, frames);
        if (overlay)
            yield return info.IsStill ? new PictureSink(folder) : new OverlaySink(folder, info, stride);
    }

    private static async Task FeedAsync(
        List<IFrameSink> sinks, string video, VideoInfo info, RunResult result, IProgress<RunStatus> progress, CancellationToken cancellationToken)
    {
        var options = new ReadOptions
        {
            FirstFrame = result.Frames.First,
            LastFrame = result.Frames.FrameOf(result.FramesDone - 1),
            Stride = result.Frames.Stride,
        };
        await using var steps = result.Masks.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await foreach (var frame in VideoReader.ReadAsync(video, info, options, cancellationToken))
        {
            using (frame)
            {
                if (!await steps.MoveNextAsync() || steps.Current.Frame != frame.Index)
                    throw new CliException(ExitCodes.Media, $"'{video}' has changed since it was tracked: frame {frame.Index} is not the one with stored masks. Use an empty --work folder.");
                var step = steps.Current;
                var masks = step.Masks.Select((mask, place) => new ObjectMask(place, result.Objects[place].Label, RleCodec.Decode(mask.Rle))).ToArray();
                foreach (var sink in sinks)
                    await sink.AddAsync(frame, step, masks, cancellationToken);
                progress.Report(new RunStatus("Writing files", step.Step + 1, result.FramesDone, 0));
            }
        }
    }
}
