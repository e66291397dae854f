using System.Runtime.CompilerServices;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Chat;

/// <summary>An answer about regions of one frame.</summary>
/// <param name="Frame">Which.</param>
/// <param name="Seconds">Its time; 0 for a picture.</param>
/// <param name="Regions">The regions to be seen there, from 1.</param>
/// <param name="Question">As it was written.</param>
/// <param name="Answer">What the model said; it counts only the regions to be seen.</param>
public sealed record RegionAnswer(int Frame, double Seconds, IReadOnlyList<int> Regions, string Question, Answer Answer);

/// <summary>
/// Answers questions about things that were shown by clicks, boxes or masks (visual prompts). The tracker makes masks of them first, in a
/// video on every frame; then the model looks at each key frame on which some of them are to be seen, as at a still picture with regions.
/// </summary>
public sealed class RegionDescriber
{
    private readonly ModelHost _host;
    private readonly IReadOnlyList<FollowedObject> _regions;
    private readonly SortedDictionary<int, (double Seconds, IReadOnlyList<FollowedMask> Masks)> _keyFrames = [];
    private readonly HashSet<int> _steps;

    private RegionDescriber(ModelHost host, VideoInfo source, IReadOnlyList<FollowedObject> regions, int keyFrames)
    {
        (_host, Source, _regions) = (host, source, regions);
        _steps = [.. GroundingProtocol.Sa2vaI.Procedure().KeyFrames((int)source.FrameCount, keyFrames)];
    }

    /// <summary>What the probe found out about the file.</summary>
    public VideoInfo Source { get; }

    /// <summary>Opens the file and the model.</summary>
    /// <param name="host">The model.</param>
    /// <param name="path">Video, folder of frames, or picture.</param>
    /// <param name="regions">What is shown, numbered from 1.</param>
    /// <param name="questions">What will be asked.</param>
    /// <param name="keyFrames">How many frames of a video to look at, spread over it; 1 to 64.</param>
    /// <param name="cancellationToken">Counts until both are open.</param>
    /// <exception cref="RunException">The model is of a kind that was not trained for it, or a question asks about a region that there is not.</exception>
    /// <exception cref="MediaException">The file cannot be read.</exception>
    public static async Task<RegionDescriber> OpenAsync(
        ModelHost host, string path, IReadOnlyList<FollowedObject> regions, IReadOnlyList<string> questions, int keyFrames, CancellationToken cancellationToken)
    {
        RunRules.CheckGrounding(keyFrames, maxNewTokens: 1);
        RegionQuestions.Check(questions, regions.Count);
        var source = await ChatSession.ProbeAsync(path, cancellationToken);
        var model = await host.GetAsync(cancellationToken);
        if (model.Conversing is not Sa2vaModel sa2va)
            throw new RunException(RunFailureKind.Model, "A UniPixel is not asked about regions of frames, but about objects that it remembers: sa2va ask.");
        if (sa2va.Config.QwenVision is not null)
            throw new RunException(RunFailureKind.Model, "A Sa2VA over Qwen-VL was not trained to be asked about regions. Give one over InternVL, or ask about the whole picture: sa2va chat.");
        return new RegionDescriber(host, source, regions, keyFrames);
    }

    /// <summary>Makes the masks; read it to the end before asking.</summary>
    /// <exception cref="RunException">A hint does not fit the file.</exception>
    public async IAsyncEnumerable<FollowedFrame> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var follower = new ObjectFollower(await _host.GetAsync(cancellationToken), _host.Tensors, Source, GroundingProtocol.Sa2vaI, keyFrames: 1);
        await foreach (var followed in follower.FollowAsync(_regions, cancellationToken))
        {
            if (_steps.Contains(followed.Frame.Index)) _keyFrames[followed.Frame.Index] = (followed.Frame.Seconds, followed.Masks);
            yield return followed;
        }
    }

    /// <summary>Asks on each key frame what can be asked there, every question for itself.</summary>
    /// <param name="questions">Those given before; without any, a short description of each region.</param>
    /// <param name="options">Limits.</param>
    /// <param name="cancellationToken">Counts between answers, and ends the one under way.</param>
    public async IAsyncEnumerable<RegionAnswer> AskAsync(IReadOnlyList<string> questions, AskOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (frame, (seconds, masks)) in _keyFrames)
        {
            var visible = masks.Index().Where(mask => mask.Item.Pixels.AsSpan().Contains((byte)1)).ToList();
            if (visible.Count == 0) continue;
            List<int> numbers = [.. visible.Select(mask => mask.Index + 1)];
            var asked = RegionQuestions.On(questions, numbers);
            if (asked.Count == 0) continue;
            var request = new ChatRequest { Source = Source.Path, Frame = frame, Regions = [.. visible.Select(mask => (ReadOnlyMemory<byte>)mask.Item.Pixels)] };
            await using var session = await ChatSession.OpenAsync(_host, request, Source, cancellationToken);
            foreach (var (written, spoken) in asked)
            {
                var answer = await session.AskAsync(spoken, options, cancellationToken: cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                yield return new RegionAnswer(frame, Source.IsStill ? 0 : seconds, numbers, written, answer);
                await session.RestartAsync(cancellationToken);
            }
        }
    }
}
