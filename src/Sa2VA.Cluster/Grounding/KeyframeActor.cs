using Sa2VA.Actors;
using Sa2VA.Cluster.Tracking;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sa2va.Grounding;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Cluster.Grounding;

/// <summary>What the language model's actor understands.</summary>
internal abstract record KeyframeCommand
{
    /// <summary>Ask about a video.</summary>
    public sealed record Ground(GroundVideo Video) : KeyframeCommand, IDisposable
    {
        public void Dispose() => Video.Dispose();
    }

    /// <summary>The actor's own: the next piece of work.</summary>
    public sealed record GoOn : KeyframeCommand;
}

/// <summary>
/// Asks a language model on behalf of all videos of its device. Videos that wait at the same moment share the passes of their key frames
/// through the vision tower, and answers, of whichever videos, are decoded together; newcomers join between two pieces of work. On the CPU
/// every answer has the bits that it would have alone. What goes wrong with one video is told to that video only.
/// </summary>
internal sealed class KeyframeActor(IGroundingModel model, TensorThread tensors, KeyframeOptions options, Action<int> looked, Action<int> decoded) : Actor<KeyframeCommand>
{
    // Tokens after which others get a turn on the tensor thread, and newcomers are looked at.
    private const int TokensPerPiece = 16;

    private readonly long _memory = options.MemoryMiB << 20;
    private readonly int _framesAtOnce = (int)Math.Clamp((options.MemoryMiB << 20) / Math.Max(model.VisionBytesPerFrame, 1), 1, options.FramesAtOnce);

    // Bounded by the videos in work: each waits for its answers here, once.
    private readonly Queue<GroundVideo> _waiting = [];

    // The one whose turn it is first.
    private readonly List<GroundedVideo> _grounded = [];
    private bool _goesOn;

    public override async ValueTask ReceiveAsync(KeyframeCommand message, CancellationToken cancellationToken)
    {
        switch (message)
        {
            case KeyframeCommand.Ground(var video):
                _waiting.Enqueue(video);
                break;
            case KeyframeCommand.GoOn:
                _goesOn = false;
                await WorkAsync(cancellationToken);
                break;
        }

        // With a full mailbox it is not told, but then another message comes, and this is tried again.
        if (!_goesOn && _waiting.Count + _grounded.Count > 0) _goesOn = Context.Self.TryTell(new KeyframeCommand.GoOn());
    }

    public override ValueTask PostStopAsync()
    {
        foreach (var video in _waiting) video.Dispose();
        foreach (var video in _grounded) video.Dispose();
        return default;
    }

    private long HeldBytes => _grounded.Sum(video => video.MemoryBytes);

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        ForgetGivenUp();
        var admitted = Admit();
        if (admitted.Count > 0) await LookAsync(admitted, cancellationToken);
        await BeginAsync(cancellationToken);
        await DecodeAsync([.. _grounded.Where(video => video.Open.Any())], cancellationToken);
        foreach (var video in _grounded.ToList())
        {
            video.Deliver(model);
            if (video.IsDone) Forget(video);
        }
    }

    private void ForgetGivenUp()
    {
        foreach (var video in _grounded.Where(video => video.Asked.IsGivenUp).ToList()) Forget(video);
        for (var left = _waiting.Count; left > 0; left--)
        {
            var video = _waiting.Dequeue();
            if (video.IsGivenUp) video.Dispose();
            else _waiting.Enqueue(video);
        }
    }

    private void Forget(GroundedVideo video)
    {
        _grounded.Remove(video);
        video.Dispose();
    }

    /// <summary>The videos to look at now: in the order in which they came, as long as there is memory.</summary>
    private List<GroundVideo> Admit()
    {
        var admitted = new List<GroundVideo>();
        var taken = HeldBytes;
        while (_waiting.TryPeek(out var next))
        {
            var needed = model.PrefixBytes(next.KeyFrames.Count);
            if (taken > 0 && taken + needed > _memory) break;
            taken += needed;
            admitted.Add(_waiting.Dequeue());
        }

        return admitted;
    }

    /// <summary>Looks at videos together; when that fails, at each by itself, and then only those that fail alone are told.</summary>
    private async Task LookAsync(List<GroundVideo> videos, CancellationToken cancellationToken)
    {
        try
        {
            try
            {
                var prefixes = await tensors.RunAsync(() => Look(videos, _framesAtOnce), cancellationToken);
                _grounded.AddRange(videos.Zip(prefixes, static (video, prefix) => new GroundedVideo(video, prefix)));
                foreach (var video in videos) video.Release();
                looked(videos.Sum(video => video.KeyFrames.Count));
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                foreach (var video in videos) await LookAloneAsync(video, cancellationToken);
            }
        }
        catch
        {
            foreach (var video in videos) video.Dispose();
            throw;
        }
    }

    private async Task LookAloneAsync(GroundVideo video, CancellationToken cancellationToken)
    {
        try
        {
            // One frame at a time: it may be memory that was short.
            var prefix = await tensors.RunAsync(() => Look([video], framesAtOnce: 1)[0], cancellationToken);
            _grounded.Add(new GroundedVideo(video, prefix));
            video.Release();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            video.Fail(failure);
            video.Dispose();
        }
    }

    private IReadOnlyList<VisionPrefix> Look(IReadOnlyList<GroundVideo> videos, int framesAtOnce)
    {
        using var scope = NewDisposeScope();
        return model.Encode([.. videos.Select(video => KeyFramePictures.Input(video.KeyFrames, video.IsStill))], framesAtOnce);
    }

    /// <summary>Begins answers while there is room: one of each video in turn.</summary>
    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        while (_grounded.Sum(video => video.Open.Count()) is var open && open < options.QuestionsAtOnce && _grounded.Find(video => video.HasWaiting) is { } next)
        {
            if (open > 0 && HeldBytes + next.NextBytes > _memory) break;
            // Behind the others, for the next turn.
            _grounded.Remove(next);
            _grounded.Add(next);
            try
            {
                await tensors.RunAsync(() => Begin(next), cancellationToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                next.Asked.Fail(failure);
                Forget(next);
            }
        }
    }

    private void Begin(GroundedVideo video)
    {
        using var scope = NewDisposeScope();
        video.BeginNext(model);
    }

    /// <summary>Decodes some tokens of all answers under way; when that fails, of each video by itself, and then only those that fail alone are told.</summary>
    private async Task DecodeAsync(List<GroundedVideo> videos, CancellationToken cancellationToken)
    {
        if (videos.Count == 0) return;
        try
        {
            var answers = videos.SelectMany(video => video.Open).ToList();
            await tensors.RunAsync(() => Decode(answers, videos), cancellationToken);
            decoded(answers.Count);
        }
        catch (Exception failure) when (failure is not OperationCanceledException && videos.Count > 1)
        {
            foreach (var video in videos) await DecodeAsync([video], cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            videos[0].Asked.Fail(failure);
            Forget(videos[0]);
        }
    }

    private void Decode(List<PendingAnswer> answers, List<GroundedVideo> videos)
    {
        for (var token = 0; token < TokensPerPiece && answers.TrueForAll(answer => answer.Answer is null) && !videos.Exists(video => video.Asked.IsGivenUp); token++)
        {
            using var scope = NewDisposeScope();
            model.Step(answers);
        }
    }
}
