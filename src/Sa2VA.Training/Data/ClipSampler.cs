using Sa2VA.Media;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sa2va.Grounding;

namespace Sa2VA.Training.Data;

/// <summary>Takes from a clip what one step learns: frames, questions, masks. A function of the clip and the random numbers; thread-safe.</summary>
public sealed class ClipSampler(Sa2vaConfig config, PromptTokens prompts, SampleOptions options)
{
    // How often other frames are tried when nothing that could be tracked is seen on the conditioning ones.
    private const int Attempts = 6;

    // Cells of the grids that dense labels are given for, per tracker level and for the vision tower's patches.
    private readonly int[] _trackerGrids = [config.Tracker.ImageSize / 8, config.Tracker.ImageSize / 16];
    private readonly int[] _visionGrids = [config.VisionImageSize / config.Vision.PatchSize, config.VisionImageSize / config.Vision.PatchSize / config.GroupSide];

    private readonly TurnSampler _turns = new(config, prompts, options);

    /// <summary>Draws a sample.</summary>
    /// <param name="clip">The video.</param>
    /// <param name="random">Makes the choices.</param>
    /// <param name="isStill">Whether the language model sees one frame, as a picture.</param>
    public ClipSample Draw(TrainingClip clip, ref SampleRandom random, bool isStill = false)
    {
        int[] keyFrames = isStill ? [random.Below(clip.FrameCount)] : KeyFrameChoice.Spread(clip.FrameCount, options.KeyFrames);
        if (!isStill && keyFrames.Length < options.KeyFrames)
            keyFrames = [.. Enumerable.Range(0, options.KeyFrames).Select(i => keyFrames[Math.Min(i, keyFrames.Length - 1)])];
        clip.Prepare(keyFrames);
        var (slots, gaps, views) = ChooseSlots(clip, ref random);
        ClipView[] shown = [.. keyFrames.Select(frame => ReadFrame(clip, frame))];
        try
        {
            return new ClipSample
            {
                TrackerPixels = Pixels(views, config.Tracker.ImageSize),
                VisionPixels = Pixels(shown, config.VisionImageSize),
                Gaps = gaps,
                Turns = _turns.Choose(clip, views, shown, isStill, ref random),
                Tracks = ChooseTracks(clip, views, ref random),
                TrackerLabels = Labels(clip, views, _trackerGrids),
                VisionLabels = Labels(clip, shown, _visionGrids),
            };
        }
        finally
        {
            foreach (var view in views.Concat(shown))
                view.Image.Dispose();
        }
    }

    private (int[] Slots, int[] Gaps, ClipView[] Views) ChooseSlots(TrainingClip clip, ref SampleRandom random)
    {
        for (var attempt = 1; ; attempt++)
        {
            var slots = DrawSlots(clip.FrameCount, ref random);
            clip.Prepare(slots);
            var before = ReadFrame(clip, slots[0]);
            var after = ReadFrame(clip, slots[^1]);
            if (attempt < Attempts && !clip.Tracks.Any(track => Sees(before.Things, track) || Sees(after.Things, track)))
            {
                before.Image.Dispose();
                after.Image.Dispose();
                continue;
            }

            ClipView[] views = [before, .. slots[1..^1].Select(frame => ReadFrame(clip, frame)), after];
            return (slots, [.. slots.Zip(slots.Skip(1), (a, b) => b - a)], views);
        }
    }

    private int[] DrawSlots(int frameCount, ref SampleRandom random)
    {
        var stride = random.Between(1, options.MaxStride);
        while (stride > 1 && (options.TrackedFrames - 1) * stride >= frameCount)
            stride--;
        var span = Math.Min((options.TrackedFrames - 1) * stride, frameCount - 1);
        var first = random.Below(frameCount - span);
        var slots = new int[options.Slots];
        for (var i = 0; i < options.TrackedFrames; i++)
            slots[i + 1] = Math.Min(first + i * stride, frameCount - 1);
        slots[0] = Math.Max(0, first - random.Between(1, options.MaxConditioningGap));
        slots[^1] = Math.Min(frameCount - 1, first + span + random.Between(1, options.MaxConditioningGap));
        return slots;
    }

    private static ClipView ReadFrame(TrainingClip clip, int frame)
    {
        var things = new uint[clip.Width * clip.Height];
        return new ClipView(clip.Read(frame, things), things);
    }

    private static byte[] Pixels(IReadOnlyList<ClipView> views, int side)
    {
        var pixels = new byte[views.Count * side * side * 3];
        for (var i = 0; i < views.Count; i++)
        {
            using var resized = views[i].Image.ResizeBicubic(side, side);
            resized.Pixels.CopyTo(pixels.AsSpan(i * side * side * 3));
        }

        return pixels;
    }

    private List<TargetMask[]> ChooseTracks(TrainingClip clip, ClipView[] views, ref SampleRandom random)
    {
        var seen = clip.Tracks.Where(track => Sees(views[0].Things, track) || Sees(views[^1].Things, track)).ToArray();
        var chosen = seen.Length > 0 ? seen : [.. clip.Tracks];
        random.Shuffle<uint>(chosen);
        var tracks = new List<TargetMask[]>();
        for (var i = 0; i < options.Tracks; i++)
        {
            var track = chosen[i % chosen.Length];
            tracks.Add([.. views.Select((view, slot) => Target(clip, view, track, isPrompt: slot == 0 || slot == views.Length - 1))]);
        }

        return tracks;
    }

    private TargetMask Target(TrainingClip clip, ClipView view, uint wanted, bool isPrompt) =>
        MaskSampling.Sample(view.Things, clip.Width, clip.Height, wanted, options.TargetSize, isPrompt ? config.Tracker.ImageSize : 0);

    private static IReadOnlyList<DenseLabels> Labels(TrainingClip clip, ClipView[] views, int[] sides) =>
        clip.ClassSizes.Count == 0 ? [] : [.. sides.Select(side => Labels(clip, [.. views.Select(view => view.Things)], side))];

    private static DenseLabels Labels(TrainingClip clip, uint[][] frames, int side)
    {
        var kinds = clip.ClassSizes.Count;
        var classes = new long[kinds][];
        for (var kind = 0; kind < kinds; kind++)
            classes[kind] = new long[frames.Length * side * side];
        var owners = new int[side * side];
        for (var frame = 0; frame < frames.Length; frame++)
        {
            MaskSampling.Owners(frames[frame], clip.Width, clip.Height, side, owners);
            for (var cell = 0; cell < owners.Length; cell++)
            {
                for (var kind = 0; kind < kinds; kind++)
                    classes[kind][frame * side * side + cell] = owners[cell] > 0 ? 1 + clip.ClassesOf(owners[cell] - 1)[kind] : owners[cell];
            }
        }

        return new DenseLabels(side, classes);
    }

    private static bool Sees(ReadOnlySpan<uint> things, uint track)
    {
        foreach (var set in things)
        {
            if ((set & track) != 0)
                return true;
        }

        return false;
    }
}
